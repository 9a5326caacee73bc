import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as apps from '../../slot/apps.ts'
import { findCases } from './cases.ts'
import { runOriginal, runRewritten } from './run-case.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wasi-testsuite-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function add(name: string, module: Uint8Array, spec?: object): void {
  writeFileSync(join(dir, `${name}.wasm`), module)
  if (spec !== undefined) writeFileSync(join(dir, `${name}.json`), JSON.stringify(spec))
}
/** What is wrong with each case, on the original and on the rewritten module. */
const problems = (): Promise<(string | undefined)[][]> =>
  Promise.all(findCases(dir).map(async (test) => [runOriginal(test), await runRewritten(test)]))

describe('the runner of wasi-testsuite', () => {
  it('finds nothing wrong with what ends and prints as specified', async () => {
    add('exits', apps.exiting(33), { exit_code: 33 })
    add('plain', apps.printing('anything'))
    add('prints', apps.printing('hello'), { stdout: 'hello', args: ['a'], env: { b: 'c' } })
    expect(await problems()).toEqual(Array(3).fill([undefined, undefined]))
  })

  it('says what is wrong with what does not', async () => {
    add('exits', apps.exiting(3))
    add('prints', apps.printing('hello'), { stdout: 'bye' })
    add('traps', apps.trapping)
    const [exits, prints, traps] = await problems()
    expect(exits).toEqual(Array(2).fill('ended with exit code 3: '))
    expect(prints).toEqual(Array(2).fill('printed something else'))
    expect(traps).toEqual(Array(2).fill('ended with unreachable: '))
  })

  it('reads folders without what other runs left there, and leaves other previews alone', () => {
    mkdirSync(join(dir, 'root.dir/sub'), { recursive: true })
    writeFileSync(join(dir, 'root.dir/sub/file'), 'x')
    writeFileSync(join(dir, 'root.dir/old.cleanup'), '')
    add('case', apps.trapping, { root: 'root.dir' })
    mkdirSync(join(dir, 'wasm32-wasip3'))
    writeFileSync(join(dir, 'wasm32-wasip3/other.wasm'), '')
    const [only, ...others] = findCases(dir)
    expect(only?.root).toEqual([{ path: 'sub/file', bytes: Uint8Array.of(120) }])
    expect(others).toEqual([])
  })

  it('does not pass over a specification that it does not know', () => {
    add('case', apps.trapping, { operations: [] })
    expect(() => findCases(dir)).toThrow()
  })
})
