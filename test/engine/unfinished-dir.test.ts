import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { makeUnfinishedDir } from '../../src-main/engine/unfinished-dir.ts'
import { tempDir } from '../support/temp-dir.ts'

it('a new folder takes the place of those whose processes are gone, and of no others', () => {
  const parentDir = join(tempDir(), 'publisher')
  const atWork = makeUnfinishedDir(parentDir)
  const { pid } = spawnSync(process.execPath, ['--version'])
  const gone = [`.new-${String(pid)}-0123456789abcdef`, '.new-0123456789abcdef']
  for (const name of [...gone, 'project', '.new-ideas']) mkdirSync(join(parentDir, name))
  const next = makeUnfinishedDir(parentDir)
  const left = [basename(atWork), basename(next), 'project', '.new-ideas']
  expect(readdirSync(parentDir).sort()).toEqual(left.sort())
})
