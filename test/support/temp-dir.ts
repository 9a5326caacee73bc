import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder that goes with the test. Call it before opening what lives in it, so that it closes first. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}
