import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readUnitFiles, writeUnitFiles } from '../../src-main/cli/unit-files.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unit-files-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const code = (expected: string, words: RegExp): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(words) as string })

describe('the folder that a unit finds in /in', () => {
  it('is read with all that is below it, sorted', () => {
    mkdirSync(join(dir, 'b/deep'), { recursive: true })
    mkdirSync(join(dir, 'empty'))
    writeFileSync(join(dir, 'b/deep/x'), 'X')
    writeFileSync(join(dir, 'c'), 'C')
    writeFileSync(join(dir, 'b.txt'), '')
    expect(readUnitFiles(dir)).toEqual([
      { path: 'b.txt', bytes: bytes('') },
      { path: 'b/deep/x', bytes: bytes('X') },
      { path: 'c', bytes: bytes('C') },
    ])
  })

  it('is refused when it is missing, no folder, or holds something else than files and folders', () => {
    const missing = join(dir, 'missing')
    expect(() => readUnitFiles(missing)).toThrow(code('file-not-found', /folder .+missing does not exist/))
    writeFileSync(join(dir, 'f'), '')
    expect(() => readUnitFiles(join(dir, 'f'))).toThrow(code('file-unreadable', /is a file, not a folder/))
    symlinkSync('f', join(dir, 'link'))
    expect(() => readUnitFiles(dir)).toThrow(code('file-unreadable', /link is neither a file nor a folder/))
  })

  it('is refused when it is too much', () => {
    for (let i = 0; i <= LIMITS.inputFiles; i++) writeFileSync(join(dir, String(i)), '')
    expect(() => readUnitFiles(dir)).toThrow(code('file-unreadable', /more than 1024 files/))
  })
})

describe('the files that a unit leaves in /out', () => {
  it('are written below a folder that may exist, replacing what has their names', () => {
    const out = join(dir, 'new/out')
    writeUnitFiles(out, [{ path: 'a/b', bytes: bytes('first') }])
    writeFileSync(join(out, 'mine'), 'stays')
    writeUnitFiles(out, [
      { path: 'a/b', bytes: bytes('second') },
      { path: 'x'.repeat(255), bytes: bytes('long name') },
    ])
    expect(readFileSync(join(out, 'a/b'), 'utf8')).toBe('second')
    expect(readdirSync(join(out, 'a'))).toEqual(['b'])
    expect(readdirSync(out).sort()).toEqual(['a', 'mine', 'x'.repeat(255)])
  })

  it('are missed with a reason when they cannot be written', () => {
    writeFileSync(join(dir, 'a'), '')
    const under = [{ path: 'a/b', bytes: bytes('') }]
    expect(() => writeUnitFiles(dir, under)).toThrow(code('file-unreadable', /Cannot make the folder/))
    mkdirSync(join(dir, 'd'))
    const over = [{ path: 'd', bytes: bytes('') }]
    expect(() => writeUnitFiles(dir, over)).toThrow(code('file-unreadable', /Cannot write the file/))
  })
})
