import { setFlagsFromString } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runMetered, type MeteredRunOptions } from '../support/metered-run.ts'
import { buildModule, FUNCREF, get, I32, i32, type TestModule } from '../support/wasm-builder.ts'

const PAGE = 65_536

async function run(module: TestModule, options: MeteredRunOptions, memoryLimitBytes = 16 * PAGE) {
  const { bytes } = await prepareModule(buildModule(module), { rewriterVersion: 1, memoryLimitBytes })
  return runMetered(bytes, options)
}

const start = { code: [], exportAs: '_start' }
/** A module with one more export, `go`, taking a length. */
const go = (code: readonly number[], rest: TestModule = {}): TestModule => ({
  ...rest,
  functions: [start, { params: [I32], results: [I32], code, exportAs: 'go' }],
})

const fill = go([...i32(0), ...i32(7), ...get(0), 0xfc, 11, 0, ...i32(0)])
const copy = go([...i32(8), ...i32(0), ...get(0), 0xfc, 10, 0, 0, ...i32(0)])
const init = go([...i32(0), ...i32(0), ...get(0), 0xfc, 8, 0, 0, ...i32(0)], {
  data: [[1, ...[0x80, 0x02], ...new Array<number>(256).fill(3)]],
  hasDataCount: true,
})
const table = { tables: [[FUNCREF, 0, 100]] }
const tableFill = go([...i32(0), 0xd0, FUNCREF, ...get(0), 0xfc, 17, 0, ...i32(0)], table)
const tableCopy = go([...i32(0), ...i32(1), ...get(0), 0xfc, 14, 0, 0, ...i32(0)], table)
const tableInit = go([...i32(0), ...i32(0), ...get(0), 0xfc, 12, 0, 0, ...i32(0)], {
  ...table,
  elements: [[1, 0, 64, ...new Array<number>(64).fill(0)]],
})
const tableGrow = go([0xd0, FUNCREF, ...get(0), 0xfc, 15, 0], table)
const memoryGrow = go([...get(0), 0x40, 0])

describe('operations whose time depends on a length', () => {
  it.each([
    ['memory.fill', fill, 1n],
    ['memory.copy', copy, 1n],
    ['memory.init', init, 1n],
    ['table.fill', tableFill, 64n],
    ['table.copy', tableCopy, 64n],
    ['table.init', tableInit, 64n],
    ['table.grow', tableGrow, 64n],
    ['memory.grow', memoryGrow, 65_536n],
  ])('%s pays for every one of its bytes, elements or pages', async (_, module, perUnit) => {
    const none = await run(module, { entry: 'go', arguments: [0] })
    const some = await run(module, { entry: 'go', arguments: [8] })
    expect(some.trap).toBeUndefined()
    expect(some.fuel - none.fuel).toBe(8n * perUnit)
  })

  it('is stopped by the limit before it runs', async () => {
    const stopped = await run(fill, { entry: 'go', arguments: [PAGE], limit: 10_000n })
    expect(stopped.trap).toBe('out of fuel')
    expect(stopped.memory.some((byte) => byte !== 0)).toBe(false)
    const done = await run(fill, { entry: 'go', arguments: [PAGE] })
    expect(done.memory.every((byte) => byte === 7)).toBe(true)
  })

  it('counts lengths as unsigned', async () => {
    const { fuel, trap } = await run(fill, { entry: 'go', arguments: [-1] })
    expect(trap).toMatch(/out of bounds/)
    expect(fuel).toBeGreaterThan(0xffff_0000n)
  })
})

describe('memory.grow', () => {
  it('answers with the previous size up to the limit and with -1 beyond it', async () => {
    const grow = (pages: number) => run(memoryGrow, { entry: 'go', arguments: [pages] })
    await expect(grow(15)).resolves.toMatchObject({ result: 1, hostFailure: 0 })
    await expect(grow(16)).resolves.toMatchObject({ result: -1, hostFailure: 0 })
    await expect(grow(-1)).resolves.toMatchObject({ result: -1, hostFailure: 0 })
  })

  it('keeps a maximum below the limit', async () => {
    const module = { ...memoryGrow, memory: [1, 1, 3] }
    await expect(run(module, { entry: 'go', arguments: [2] })).resolves.toMatchObject({ result: 1 })
    await expect(run(module, { entry: 'go', arguments: [3] })).resolves.toMatchObject({ result: -1 })
  })

  it('traps as a host failure, never answers -1, when the host cannot give what the limit allows', async () => {
    // Stands in for a machine without memory: the engine is told to give no more than 8 pages.
    setFlagsFromString('--wasm-max-mem-pages=8')
    try {
      const given = await run(memoryGrow, { entry: 'go', arguments: [7] })
      expect(given).toMatchObject({ result: 1, hostFailure: 0 })
      const failed = await run(memoryGrow, { entry: 'go', arguments: [8] })
      expect(failed).toMatchObject({ result: undefined, hostFailure: 1 })
      expect(failed.trap).toMatch(/unreachable/)
    } finally {
      setFlagsFromString('--wasm-max-mem-pages=65536')
    }
  })
})

describe('table.grow', () => {
  it('answers -1 beyond the maximum of every machine', async () => {
    const grow = (elements: number) => run(tableGrow, { entry: 'go', arguments: [elements] })
    await expect(grow(10)).resolves.toMatchObject({ result: 100, hostFailure: 0 })
    await expect(grow(99_900)).resolves.toMatchObject({ result: 100, hostFailure: 0 })
    await expect(grow(99_901)).resolves.toMatchObject({ result: -1, hostFailure: 0 })
  })
})
