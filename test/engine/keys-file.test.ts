import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readKey, readOrCreateKey } from '../../src-main/engine/keys-file.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-file-'))
  path = join(dir, 'donor.key')
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('keys file', () => {
  it('makes a key once and gives the same one ever after', () => {
    const key = readOrCreateKey(path)
    expect(key.byteLength).toBe(32)
    expect(readOrCreateKey(path)).toEqual(key)
    expect(readdirSync(dir)).toEqual(['donor.key'])
  })

  it.skipIf(process.platform === 'win32')(
    'is readable by this user alone, even after it was opened to others',
    () => {
      readOrCreateKey(path)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      chmodSync(path, 0o644)
      readKey(path)
      expect(statSync(path).mode & 0o777).toBe(0o600)
    },
  )

  it.each([0, 31, 33, 64])('refuses a file of %i bytes and leaves it as it is', (length) => {
    writeFileSync(path, Buffer.alloc(length, 7))
    expect(() => readOrCreateKey(path)).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
    expect(readFileSync(path)).toEqual(Buffer.alloc(length, 7))
  })

  it('answers undefined for a key that was never made', () => {
    expect(readKey(path)).toBeUndefined()
  })

  it('says which path it cannot use', () => {
    mkdirSync(path)
    expect(() => readOrCreateKey(path)).toThrow(
      expect.objectContaining({ code: 'file-unreadable', message: expect.stringContaining(path) as string }),
    )
    const missing = join(dir, 'nowhere', 'donor.key')
    expect(() => readOrCreateKey(missing)).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
  })
})
