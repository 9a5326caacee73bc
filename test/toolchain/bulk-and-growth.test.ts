import { setFlagsFromString } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runMetered, type MeteredRunOptions } from '../support/metered-run.ts'
import {
  buildModule,
  FUNCREF,
  get,
  I32,
  i32,
  set,
  unsigned,
  type TestModule,
} from '../support/wasm-builder.ts'

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
    const { memory, trap } = await run(fill, { entry: 'go', arguments: [-1] })
    expect(trap).toMatch(/out of bounds/)
    expect(memory.every((byte) => byte === 0)).toBe(true)
  })
})

/** (to, from or value, length) on a memory of 16 pages, of which byte n holds n modulo 251 at first. */
const onMemory = (operation: readonly number[], rest: TestModule = {}): TestModule => ({
  memory: [1, 16, 16],
  ...rest,
  functions: [
    start,
    {
      params: [I32, I32, I32],
      code: [...get(0), ...get(1), ...get(2), ...operation],
      exportAs: 'go',
    },
  ],
})

describe('long operations are done in pieces', () => {
  const pattern = (memory: WebAssembly.Memory): void => {
    const bytes = new Uint8Array(memory.buffer)
    for (let at = 0; at < bytes.length; at++) bytes[at] = at % 251
  }
  const memoryOf = (instance: WebAssembly.Instance): WebAssembly.Memory =>
    instance.exports['memory'] as WebAssembly.Memory
  const segment = Array.from({ length: 200_000 }, (_, at) => at % 241)
  const long = {
    data: [[1, ...unsigned(segment.length), ...segment]],
    hasDataCount: true,
  }
  const operations: readonly (readonly [string, TestModule, readonly number[]])[] = [
    ['memory.fill', onMemory([0xfc, 11, 0]), [7, 9, 300_000]],
    ['memory.fill to the end', onMemory([0xfc, 11, 0]), [16 * PAGE - 200_001, 9, 200_001]],
    ['memory.fill beyond the end', onMemory([0xfc, 11, 0]), [16 * PAGE - 200_000, 9, 200_001]],
    ['memory.copy down, overlapping', onMemory([0xfc, 10, 0, 0]), [100, 9000, 400_000]],
    ['memory.copy up, overlapping', onMemory([0xfc, 10, 0, 0]), [9000, 100, 400_000]],
    ['memory.copy onto itself', onMemory([0xfc, 10, 0, 0]), [50, 50, 2 * PAGE]],
    ['memory.copy from beyond the end', onMemory([0xfc, 10, 0, 0]), [0, 15 * PAGE, PAGE + 1]],
    ['memory.copy to beyond the end', onMemory([0xfc, 10, 0, 0]), [15 * PAGE, 0, PAGE + 1]],
    ['memory.copy with wrapping ends', onMemory([0xfc, 10, 0, 0]), [-4, 0, PAGE + 8]],
    ['memory.init', onMemory([0xfc, 8, 0, 0], long), [77, 3, 199_997]],
    ['memory.init beyond the segment', onMemory([0xfc, 8, 0, 0], long), [77, 4, 199_997]],
    ['memory.init of a dropped segment', onMemory([0xfc, 9, 0, 0xfc, 8, 0, 0], long), [0, 0, 70_000]],
  ]
  it.each(operations)('%s', async (_, module, values) => {
    const original = new WebAssembly.Instance(new WebAssembly.Module(buildModule(module)))
    pattern(memoryOf(original))
    let trap: string | undefined
    try {
      ;(original.exports['go'] as (...values: readonly number[]) => void)(...values)
    } catch (error) {
      trap = (error as Error).message
    }
    const onInstance = (instance: WebAssembly.Instance): void => {
      pattern(memoryOf(instance))
    }
    const options = { entry: 'go', arguments: values, onInstance }
    const whole = await run(module, options)
    expect(whole.trap).toBe(trap)
    expect(Buffer.compare(whole.memory, new Uint8Array(memoryOf(original).buffer))).toBe(0)
    const sliced = await run(module, { ...options, quantum: () => 1n })
    expect(sliced).toMatchObject({ fuel: whole.fuel, trap })
    // With every check a tick, once for each piece.
    if (trap === undefined) expect(sliced.ticks).toBeGreaterThanOrEqual((values[2] ?? 0) / PAGE)
  })

  it('so that a limit stops them half-way', async () => {
    const module = onMemory([0xfc, 11, 0])
    const stopped = await run(module, {
      entry: 'go',
      arguments: [0, 7, 4 * PAGE],
      limit: 2n * 65_536n + 1000n,
    })
    expect(stopped.trap).toBe('out of fuel')
    expect(stopped.memory[2 * PAGE - 1]).toBe(7)
    expect(stopped.memory[3 * PAGE]).toBe(0)
  })

  const tables = {
    tables: [
      [FUNCREF, ...[0, ...unsigned(6000)]],
      [FUNCREF, ...[0, ...unsigned(6000)]],
    ],
    // Functions 0, 1 and 2 in turn, so that a shifted copy shows.
    elements: [[1, 0, ...unsigned(5000), ...Array.from({ length: 5000 }, (_, at) => at % 3)]],
  }
  /** Fills the table from the segment, does the operation, and returns a sum over all entries of table 0. */
  const onTable = (operation: readonly number[]): TestModule => ({
    ...tables,
    functions: [
      { results: [I32], code: i32(1) },
      { results: [I32], code: i32(10) },
      { results: [I32], code: i32(100) },
      start,
      {
        params: [I32, I32, I32],
        results: [I32],
        locals: [I32, I32],
        code: [
          ...[...i32(0), ...i32(0), ...i32(5000), 0xfc, 12, 0, 0],
          ...operation,
          ...[0x03, 0x40, ...get(3), 0x25, 0, 0xd1, 0x45, 0x04, 0x40],
          ...[...get(4), ...i32(31), 0x6c, ...get(3), 0x11, 0, 0, 0x6a, ...set(4), 0x0b],
          ...[...get(3), ...i32(1), 0x6a, 0x22, 3, ...i32(6000), 0x48, 0x0d, 0, 0x0b, ...get(4)],
        ],
        exportAs: 'go',
      },
    ],
  })
  const args = [...get(0), ...get(1), ...get(2)]
  it.each([
    ['table.init', [], [0, 0, 0]],
    ['table.copy down', [...args, 0xfc, 14, 0, 0], [1, 8, 4500]],
    ['table.copy up', [...args, 0xfc, 14, 0, 0], [8, 1, 4500]],
    ['table.copy between tables', [...args, 0xfc, 14, 1, 0, ...args, 0xfc, 14, 0, 1], [7, 2, 3001]],
    ['table.copy beyond the end', [...args, 0xfc, 14, 0, 0], [1501, 8, 4500]],
    ['table.fill', [...get(0), 0xd2, 1, ...get(2), 0xfc, 17, 0], [300, 0, 2100]],
    ['table.fill beyond the end', [...get(0), 0xd2, 1, ...get(2), 0xfc, 17, 0], [4000, 0, 2001]],
  ])('%s', async (_, operation, values) => {
    const module = { ...onTable(operation), memory: [0, 1] }
    const original = new WebAssembly.Instance(new WebAssembly.Module(buildModule(module)))
    let result: unknown
    let trap: string | undefined
    try {
      result = (original.exports['go'] as (...values: readonly number[]) => number)(...values)
    } catch (error) {
      trap = (error as Error).message
    }
    const whole = await run(module, { entry: 'go', arguments: values })
    expect(whole).toMatchObject({ result, trap })
    const sliced = await run(module, { entry: 'go', arguments: values, quantum: () => 1n })
    expect(sliced).toMatchObject({ result, trap, fuel: whole.fuel })
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
