import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { METER_ABI, prepareModule, REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import { runMetered } from '../support/metered-run.ts'
import {
  buildModule,
  call,
  F32,
  F64,
  f64,
  FUNCREF,
  get,
  I32,
  i32,
  I64,
  set,
  V128,
  type TestModule,
} from '../support/wasm-builder.ts'

const options = { rewriterVersion: 1, memoryLimitBytes: 16 * 65_536 }
const prepare = (module: TestModule) => prepareModule(buildModule(module), options)

const PROC_EXIT = { module: 'wasi_snapshot_preview1', name: 'proc_exit', params: [I32] }
const constant = (value: number) => ({ results: [I32], code: i32(value) })
const start = { code: [], exportAs: '_start' }
const imports = { wasi_snapshot_preview1: { proc_exit: () => undefined } }

/** One import, then functions that return 10, 20, 30 at indices 1, 2, 3; `go` at 5. */
const tableModule = (code: number[], elements: number[][], more: TestModule = {}): TestModule => ({
  imports: [PROC_EXIT],
  functions: [
    constant(10),
    constant(20),
    constant(30),
    start,
    { params: [I32], results: [I32], code, exportAs: 'go' },
  ],
  tables: [[FUNCREF, 0, 8]],
  elements,
  ...more,
})

/** call_indirect through the table; the type of `constant` is the second one of the module. */
const indirect = [...get(0), 0x11, 1, 0]
const offset0 = [0x41, 0, 0x0b]
const asExpressions = [0xd2, 1, 0x0b, 0xd2, 2, 0x0b, 0xd2, 3, 0x0b]

describe('function indices move with the added import', () => {
  it.each([
    ['an active segment of indices', [[0, ...offset0, 3, 1, 2, 3]]],
    ['an active segment that names its table', [[2, 0, ...offset0, 0, 3, 1, 2, 3]]],
    ['an active segment of expressions', [[4, ...offset0, 3, ...asExpressions]]],
    ['expressions with table and type', [[6, 0, ...offset0, FUNCREF, 3, ...asExpressions]]],
  ])('in %s', async (_, elements) => {
    const { bytes } = await prepare(tableModule(indirect, elements))
    for (const [index, result] of [10, 20, 30].entries())
      expect(runMetered(bytes, { entry: 'go', arguments: [index], imports })).toMatchObject({ result })
  })

  it.each([
    ['a passive segment of indices', [[1, 0, 3, 1, 2, 3]]],
    ['a passive segment of expressions', [[5, FUNCREF, 3, ...asExpressions]]],
  ])('in %s', async (_, elements) => {
    const code = [...i32(0), ...i32(0), ...i32(3), 0xfc, 12, 0, 0, ...indirect]
    const { bytes } = await prepare(tableModule(code, elements))
    expect(runMetered(bytes, { entry: 'go', arguments: [2], imports })).toMatchObject({ result: 30 })
  })

  it('in ref.func, globals, declared segments, direct calls and exports', async () => {
    const code = [...i32(0), 0xd2, 2, 0x26, 0, ...i32(1), 0x23, 0, 0x26, 0, ...indirect, ...call(1), 0x6a]
    const declared = [3, 0, 1, 2]
    const globals = [[FUNCREF, 0, 0xd2, 3, 0x0b]]
    const { bytes } = await prepare(tableModule(code, [declared], { globals, exports: [['twenty', 0, 2]] }))
    expect(runMetered(bytes, { entry: 'go', arguments: [0], imports })).toMatchObject({ result: 30 })
    expect(runMetered(bytes, { entry: 'go', arguments: [1], imports })).toMatchObject({ result: 40 })
    expect(runMetered(bytes, { entry: 'twenty', imports })).toMatchObject({ result: 20 })
  })

  it('but imports keep theirs', async () => {
    const seen: number[] = []
    const { bytes } = await prepare({
      imports: [PROC_EXIT],
      functions: [{ code: [...i32(5), ...call(0)], exportAs: '_start' }],
    })
    runMetered(bytes, {
      imports: { wasi_snapshot_preview1: { proc_exit: (code: number) => void seen.push(code) } },
    })
    expect(seen).toEqual([5])
  })
})

describe('control flow survives', () => {
  it('with parameters and several results of blocks', async () => {
    const pair = { params: [I32], results: [I32, I32] }
    const code = [
      ...get(0), 0x02, 3, ...get(0), 0x0b, // block (i32) -> (i32, i32)
      0x6a, 0x03, 4, ...i32(1), 0x6a, 0x22, 0, ...get(0), ...i32(100), 0x48, 0x0d, 0, 0x0b, // loop (i32) -> i32
    ] // prettier-ignore
    const module = {
      functions: [start, { params: [I32], results: [I32], code, exportAs: 'go' }],
      extraTypes: [{}, pair, { params: [I32], results: [I32] }],
    }
    const original = new WebAssembly.Instance(new WebAssembly.Module(buildModule(module))).exports['go']
    const { bytes } = await prepare(module)
    for (const value of [1, 7, 60, 500])
      expect(runMetered(bytes, { entry: 'go', arguments: [value] }).result).toBe(
        (original as (value: number) => number)(value),
      )
  })

  it('with branches out of innermost loops, of every kind and to every depth', async () => {
    // Counts local 1 up to the argument; at the values 5, 6, 7 and 8 leaves by br_if, br and br_table.
    const step = [...get(1), ...i32(1), 0x6a, 0x22, 1]
    const at = (value: number, branch: number[]): number[] => [...get(1), ...i32(value), 0x46, ...branch]
    const add = (value: number): number[] => [...get(2), ...i32(value), 0x6a, ...set(2)]
    const loop = [
      ...[0x03, 0x40, ...step, ...get(0), 0x4e, 0x0d, 1],
      ...[...at(5, [...get(3), 0x71, 0x0d, 2])],
      ...[...at(6, [0x04, 0x40, ...get(3), 0x0e, 3, 1, 2, 3, 0, 0x0b])],
      ...[...at(7, [0x04, 0x40, 0x0c, 4, 0x0b])],
      ...[...at(8, [0x0d, 4]), 0x0c, 0, 0x0b],
    ]
    const blocks = [
      0x02,
      0x40,
      0x02,
      0x40,
      0x02,
      0x40,
      ...loop,
      0x0b,
      ...add(10),
      0x0b,
      ...add(100),
      0x0b,
      ...add(1000),
    ]
    const code = [0x02, 0x40, ...blocks, 0x0b, ...get(1), ...get(2), 0x6a]
    const module = {
      functions: [start, { params: [I32, I32, I32, I32], results: [I32], code, exportAs: 'go' }],
    }
    const original = new WebAssembly.Instance(new WebAssembly.Module(buildModule(module))).exports['go']
    const { bytes } = await prepare(module)
    const results = new Set<unknown>()
    for (const from of [0, 5, 6, 7])
      for (const to of [3, 20])
        for (const choice of [0, 1, 2, 3]) {
          const values = [to, from, 0, choice]
          const { result } = runMetered(bytes, { entry: 'go', arguments: values, quantum: () => 1n })
          expect(result).toBe((original as (...values: number[]) => number)(...values))
          results.add(result)
        }
    expect(results.size).toBeGreaterThan(5)
  })

  it('with every kind of instruction that has immediates', async () => {
    const code = [
      ...f64(1.5), 0x1a, 0x43, 0, 0, 0, 0, 0x1a, 0x42, 0x80, 0x7f, 0x1a,
      ...i32(0), 0xfd, 0x00, 4, 0, 0x1a, // v128.load
      ...i32(0), 0xfd, 12, ...new Array<number>(16).fill(1), 0xfd, 11, 4, 0, // v128.const, store
      0xfd, 12, ...new Array<number>(16).fill(2), 0xfd, 12, ...new Array<number>(16).fill(3),
      0xfd, 13, ...Array.from({ length: 16 }, (_, lane) => lane), 0xfd, 21, 3, 0x1a, // shuffle, extract_lane
      ...i32(0), 0xfd, 12, ...new Array<number>(16).fill(2), 0xfd, 84, 0, 0, 1, 0x1a, // load8_lane
      ...i32(0), 0xfd, 92, 2, 0, 0x1a, // load32_zero
      ...i32(1), ...i32(2), ...i32(1), 0x1c, 1, I32, 0x1a, // select t
      0x3f, 0, 0x1a, ...f64(3.7), 0xfc, 2, 0x1a, // memory.size, trunc_sat
    ] // prettier-ignore
    const { bytes } = await prepare({ functions: [{ locals: [V128], code, exportAs: '_start' }] })
    expect(runMetered(bytes)).toMatchObject({ trap: undefined })
  })
})

describe('NaN bits look the same on every machine', () => {
  const negativeNan64 = [0x42, ...[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xfc, 0x7f], 0xbf]
  it.each([
    ['i64.reinterpret_f64', I64, [...negativeNan64, 0xbd], 0x7ff8_0000_0000_0000n],
    ['i32.reinterpret_f32', I32, [...i32(-0x0040_0000), 0xbe, 0xbc], 0x7fc0_0000],
    ['f64.copysign', F64, [...f64(1), ...negativeNan64, 0xa6], 1],
    ['f32.copysign', F32, [0x43, 0, 0, 0x80, 0x3f, ...i32(-0x0040_0000), 0xbe, 0x98], 1],
  ])('%s', async (_, type, code, result) => {
    const { bytes } = await prepare({ functions: [start, { results: [type], code, exportAs: 'go' }] })
    expect(runMetered(bytes, { entry: 'go' }).result).toBe(result)
  })

  it('and other numbers keep theirs', async () => {
    const { bytes } = await prepare({
      functions: [start, { params: [F64], results: [I64], code: [...get(0), 0xbd], exportAs: 'go' }],
    })
    for (const value of [0, -0, 1.5, -Infinity, 5e-324]) {
      const bits = new BigInt64Array(new Float64Array([value]).buffer)[0]
      expect(runMetered(bytes, { entry: 'go', arguments: [value] }).result).toBe(bits)
    }
  })
})

describe('a prepared module', () => {
  const module: TestModule = {
    imports: [
      PROC_EXIT,
      {
        module: 'wasi_snapshot_preview1',
        name: 'path_open',
        params: [I32, I32, I32, I32, I32, I64, I64, I32, I32],
        results: [I32],
      },
    ],
    functions: [{ locals: [I32], code: [...i32(1), ...set(0)], exportAs: '_start' }],
  }

  it('is the same bytes every time, and its hashes are those of its bytes', async () => {
    const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
    const original = buildModule(module)
    const before = original.slice()
    const first = await prepareModule(original, options)
    const second = await prepareModule(original, options)
    expect(second).toEqual(first)
    expect(original).toEqual(before)
    expect(first.moduleHash).toBe(sha256(original))
    expect(first.rewrittenHash).toBe(sha256(first.bytes))
  })

  it('loses its own custom sections and is stamped with the rewriter version', async () => {
    const custom = [...[5], ...new TextEncoder().encode('notes'), 1, 2, 3]
    const { bytes } = await prepare({ ...module, rawSections: [[0, custom]] })
    const compiled = new WebAssembly.Module(bytes)
    expect(WebAssembly.Module.customSections(compiled, 'notes')).toEqual([])
    const [stamp] = WebAssembly.Module.customSections(compiled, 'powerswarm')
    expect([...new Uint8Array(stamp ?? new ArrayBuffer(0))]).toEqual([REWRITER_VERSION])
  })

  it('imports the meter and exports its globals', async () => {
    const compiled = new WebAssembly.Module((await prepare(module)).bytes)
    expect(WebAssembly.Module.imports(compiled)).toContainEqual({
      module: METER_ABI.importModule,
      name: METER_ABI.tick,
      kind: 'function',
    })
    const names = WebAssembly.Module.exports(compiled)
      .filter((item) => item.kind === 'global')
      .map((item) => item.name)
    expect(names).toEqual([
      METER_ABI.fuelExport,
      METER_ABI.hostFailureExport,
      METER_ABI.stackOverflowExport,
      METER_ABI.stackRoomExport,
    ])
  })

  it('comes with a permission sheet of what it imports', async () => {
    const { permissions } = await prepare(module)
    expect(permissions).toEqual({
      imports: ['wasi_snapshot_preview1.path_open', 'wasi_snapshot_preview1.proc_exit'],
      files: true,
      network: false,
      clock: 'none',
      random: 'none',
      memoryLimitBytes: 16 * 65_536,
      functions: 1,
      sizeBytes: buildModule(module).length,
    })
    const clock = {
      module: 'wasi_snapshot_preview1',
      name: 'poll_oneoff',
      params: [I32, I32, I32, I32],
      results: [I32],
    }
    const random = {
      module: 'wasi_snapshot_preview1',
      name: 'random_get',
      params: [I32, I32],
      results: [I32],
    }
    const other = await prepare({ imports: [clock, random], functions: [start] })
    expect(other.permissions).toMatchObject({ files: false, clock: 'virtual', random: 'seeded' })
  })
})
