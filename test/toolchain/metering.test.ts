import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runMetered } from '../support/metered-run.ts'
import {
  compile,
  interpret,
  statements,
  type Interpreted,
  type Statement,
} from '../support/random-program.ts'
import { buildModule, call, get, i32, I32, set, type TestModule } from '../support/wasm-builder.ts'

const SEED = 20_251_122
const prepare = async (module: TestModule): Promise<Uint8Array<ArrayBuffer>> =>
  (await prepareModule(buildModule(module), { rewriterVersion: 1, memoryLimitBytes: 65_536 })).bytes

/** Two levels of functions: `go` runs the first program and calls the second one. */
function programModule(outer: readonly Statement[], inner: readonly Statement[]): TestModule {
  const leaf = { params: [I32], results: [I32], code: [...get(0), ...i32(3), 0x6c] }
  return {
    functions: [
      { code: [], exportAs: '_start' },
      leaf,
      compile(inner, 1),
      { ...compile(outer, 2), exportAs: 'go' },
    ],
  }
}

const leafRun = (value: number): Interpreted => ({ result: Math.imul(value, 3), fuel: 1 + 3 })

describe('fuel', () => {
  it('is the cost of the executed instructions, and results stay what they were', async () => {
    await fc.assert(
      fc.asyncProperty(statements, statements, fc.integer(), async (outer, inner, argument) => {
        const module = programModule(outer, inner)
        const original = new WebAssembly.Instance(new WebAssembly.Module(buildModule(module)))
        const expected = interpret(outer, argument, (value) => interpret(inner, value, leafRun))
        const metered = runMetered(await prepare(module), { entry: 'go', arguments: [argument] })
        expect(metered).toMatchObject({ trap: undefined, ticks: 0 })
        expect(metered.result).toBe((original.exports['go'] as (value: number) => number)(argument))
        expect(metered.result).toBe(expected.result)
        expect(metered.fuel).toBe(BigInt(expected.fuel))
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('does not depend on the quanta, and neither does the point where a limit stops the unit', async () => {
    await fc.assert(
      fc.asyncProperty(
        statements,
        statements,
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (outer, inner, quanta, share) => {
          const bytes = await prepare(programModule(outer, inner))
          let next = 0
          const quantum = (): bigint => BigInt(quanta[next++ % quanta.length] ?? 0)
          const whole = runMetered(bytes, { entry: 'go', arguments: [5] })
          expect(runMetered(bytes, { entry: 'go', arguments: [5], quantum })).toEqual({
            ...whole,
            ticks: expect.any(Number) as number,
          })
          const limit = BigInt(Math.floor(Number(whole.fuel) * share))
          const limited = runMetered(bytes, { entry: 'go', arguments: [5], limit })
          const sliced = runMetered(bytes, { entry: 'go', arguments: [5], limit, quantum })
          expect({ ...sliced, ticks: 0 }).toEqual({ ...limited, ticks: 0 })
        },
      ),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('stops an endless loop and an endless recursion by tail calls', async () => {
    const loop = await prepare({ functions: [{ code: [0x03, 0x40, 0x0c, 0, 0x0b], exportAs: '_start' }] })
    expect(runMetered(loop, { limit: 1000n })).toMatchObject({ trap: 'out of fuel' })
    const tail = await prepare({ functions: [{ code: [0x12, 0], exportAs: '_start' }] })
    expect(runMetered(tail, { limit: 1000n })).toMatchObject({ trap: 'out of fuel', stackOverflow: 0 })
  })

  it('of a trap is the same whatever the quantum', async () => {
    const divide = [
      ...i32(1000),
      ...set(0),
      0x03,
      0x40,
      ...i32(1),
      ...get(0),
      ...i32(1),
      0x6b,
      0x22,
      0,
      0x6d,
      0x1a,
      0x0c,
      0,
      0x0b,
    ]
    const bytes = await prepare({ functions: [{ locals: [I32], code: divide, exportAs: '_start' }] })
    const runs = [1n, 7n, 1n << 40n].map((quantum) => runMetered(bytes, { quantum: () => quantum }))
    for (const run of runs) expect(run.trap).toMatch(/zero/)
    expect(new Set(runs.map((run) => run.fuel)).size).toBe(1)
    // Entry 2, the counter's start 2, then 1000 rounds of 6 simple instructions and a division.
    expect(runs[0]?.fuel).toBe(2n + 2n + 1000n * (6n + 24n))
  })

  it('charges the zeroing of locals at every call', async () => {
    const many: TestModule = {
      functions: [
        { locals: new Array<number>(400).fill(I32), code: [] },
        { code: [...call(0)], exportAs: '_start' },
      ],
    }
    const few: TestModule = { functions: [{ code: [] }, { code: [...call(0)], exportAs: '_start' }] }
    const difference = runMetered(await prepare(many)).fuel - runMetered(await prepare(few)).fuel
    expect(difference).toBe(100n)
  })
})

describe('the stack bound', () => {
  const recursion = (locals: number): TestModule => ({
    functions: [
      { params: [I32], results: [I32], locals: new Array<number>(locals).fill(I32), code: recurse },
      { code: [], exportAs: '_start' },
      { params: [I32], results: [I32], code: [...get(0), ...call(0)], exportAs: 'go' },
    ],
  })
  /** if (n == 0) return 0; return 1 + self(n - 1) */
  const recurse = [
    ...get(0),
    0x45,
    0x04,
    0x40,
    ...i32(0),
    0x0f,
    0x0b,
    ...i32(1),
    ...get(0),
    ...i32(1),
    0x6b,
    ...call(0),
    0x6a,
  ]

  it('ends endless recursion as a stack overflow before the engine does, at the same fuel every time', async () => {
    const bytes = await prepare(recursion(0))
    const runs = [1n, 1000n, 1n << 40n].map((quantum) =>
      runMetered(bytes, { entry: 'go', arguments: [-1], quantum: () => quantum }),
    )
    for (const run of runs)
      expect(run).toMatchObject({ stackOverflow: 1, hostFailure: 0, trap: 'unreachable' })
    expect(new Set(runs.map((run) => run.fuel)).size).toBe(1)
  })

  it('lets a deep recursion that fits return, again and again', async () => {
    const bytes = await prepare(recursion(0))
    expect(runMetered(bytes, { entry: 'go', arguments: [2000] })).toMatchObject({
      result: 2000,
      stackOverflow: 0,
    })
    const loop = [
      ...i32(50),
      ...set(0),
      0x03,
      0x40,
      ...i32(1500),
      ...call(0),
      0x1a,
      ...get(0),
      ...i32(1),
      0x6b,
      0x22,
      0,
      0x0d,
      0,
      0x0b,
    ]
    const again = await prepare({
      functions: [
        { params: [I32], results: [I32], code: recurse },
        { locals: [I32], code: loop, exportAs: '_start' },
      ],
    })
    expect(runMetered(again)).toMatchObject({ trap: undefined, stackOverflow: 0 })
  })

  it('takes large frames into account', async () => {
    const bytes = await prepare(recursion(2000))
    expect(runMetered(bytes, { entry: 'go', arguments: [20] })).toMatchObject({ result: 20 })
    expect(runMetered(bytes, { entry: 'go', arguments: [30] })).toMatchObject({ stackOverflow: 1 })
  })
})
