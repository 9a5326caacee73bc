import { closeSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { makeDirs } from '../engine/create-engine.ts'

/** Readers see the old file or the new one, never a part. One writer at a time in a folder. */
export function replaceFile(path: string, content: Uint8Array): void {
  // Not the file's own name with an ending: that may be as long as names can be.
  const unfinished = join(dirname(path), '.powerswarm-unfinished')
  const file = openSync(unfinished, 'w')
  try {
    writeFileSync(file, content)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
}

/** Makes the folder and those above it where they are missing. Throws `file-unreadable`. */
export function makeFolder(dir: string): void {
  try {
    makeDirs(dir, 0o777)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new PowerswarmError(
      'file-unreadable',
      `Cannot make the folder ${dir} (${code ?? 'unknown cause'})`,
      { cause },
    )
  }
}
