import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openResultFiles } from '../../src-main/cli/result-files.ts'
import type { VerifiedUnit } from '../../src-main/contracts/publisher-state.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'result-files-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function unit(index: number): VerifiedUnit {
  return {
    unit: `0.${String(index)}`,
    batch: 0,
    index,
    n: 100 + index,
    name: String(100 + index),
    args: [String(100 + index)],
    outcome: 'ok',
    exitCode: 0,
    fuel: 10n ** 15n,
    stdout: Buffer.from(`output ${String(index)}`),
    files: index === 1 ? [{ path: 'made/by', bytes: Buffer.from('unit 1') }] : [],
    verifiedAt: 1,
    donors: ['a', 'b'],
  }
}
const page = (from: number, to: number) => ({
  units: Array.from({ length: to - from }, (_, i) => unit(from + i)),
  cursor: String(to),
  more: false,
})
const index = (): { unit: string; file: string; fuel: string; bytes: number }[] =>
  readFileSync(join(dir, 'index.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { unit: string; file: string; fuel: string; bytes: number })

describe('result files', () => {
  it('hold each unit’s output and a line about it', () => {
    const files = openResultFiles(dir, 'key')
    expect(files.cursor).toBe('')
    files.add(page(0, 2))
    files.close()
    expect(index()).toMatchObject([
      { unit: '0.0', file: 'batch-0/100.out', fuel: '1000000000000000', bytes: 8 },
      { unit: '0.1', file: 'batch-0/101.out' },
    ])
    expect(readFileSync(join(dir, 'batch-0/101.out'), 'utf8')).toBe('output 1')
    expect(readdirSync(join(dir, 'batch-0'))).toEqual(['100.out', '101', '101.out'])
    expect(readFileSync(join(dir, 'batch-0/101/made/by'), 'utf8')).toBe('unit 1')
    expect(index()[1]).toMatchObject({ files: [{ path: 'made/by', bytes: 6 }] })
  })

  it('go on where they stopped', () => {
    const first = openResultFiles(dir, 'key')
    first.add(page(0, 2))
    first.close()
    const second = openResultFiles(dir, 'key')
    expect(second.cursor).toBe('2')
    second.add(page(2, 3))
    second.close()
    expect(index().map(({ unit: name }) => name)).toEqual(['0.0', '0.1', '0.2'])
  })

  it('write again what no cursor covers, so that every unit is there once', () => {
    const first = openResultFiles(dir, 'key')
    first.add(page(0, 2))
    first.close()
    appendFileSync(join(dir, 'index.jsonl'), '{"unit":"0.2","file":"batch-0/102.out"}\n{"unit":"0.')
    const second = openResultFiles(dir, 'key')
    second.add(page(2, 4))
    second.close()
    expect(index().map(({ unit: name }) => name)).toEqual(['0.0', '0.1', '0.2', '0.3'])
  })

  it('do not mix projects', () => {
    openResultFiles(dir, 'key').close()
    expect(() => openResultFiles(dir, 'other')).toThrow(expect.objectContaining({ code: 'already-exists' }))
  })

  it('leave alone an index that is not theirs', () => {
    writeFileSync(join(dir, 'index.jsonl'), 'mine')
    expect(() => openResultFiles(dir, 'key')).toThrow(expect.objectContaining({ code: 'already-exists' }))
    expect(readFileSync(join(dir, 'index.jsonl'), 'utf8')).toBe('mine')
  })

  it.each(['', '{', 'null', '{"projectKey":1}'])('say so when the cursor file is %j', (text) => {
    writeFileSync(join(dir, '.cursor.json'), text)
    expect(() => openResultFiles(dir, 'key')).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
  })

  it('say so when the folder is a file', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(() => openResultFiles(join(dir, 'file'), 'key')).toThrow(
      expect.objectContaining({ code: 'file-unreadable' }),
    )
  })
})
