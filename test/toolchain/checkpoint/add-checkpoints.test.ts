import { describe, expect, it } from 'vitest'
import {
  CHECKPOINT_ABI,
  METER_ABI,
  prepareModule,
  REWRITER_VERSION,
} from '../../../src-main/toolchain/index.ts'
import {
  buildModule,
  call,
  F64,
  FUNCREF,
  get,
  i32,
  I32,
  set,
  type TestFunction,
  type TestModule,
} from '../../support/wasm-builder.ts'
import { decodeModule } from '../../../src-main/toolchain/wasm/decoder.ts'
import * as apps from '../../slot/apps.ts'
import { mixing, recursingDeep } from '../../slot/savable-apps.ts'

const OPTIONS = { rewriterVersion: REWRITER_VERSION, memoryLimitBytes: 2 ** 20, checkpoint: true }
const prepare = (original: Uint8Array) => prepareModule(original, OPTIONS)

/** A loop with a loop in it, which is what yields; `inside` the outer one. */
const loops = (inside: readonly number[], counter = 0): number[] => [
  ...[0x03, 0x40, ...inside, 0x03, 0x40, ...get(counter), ...i32(1), 0x6a, ...set(counter)],
  ...[...get(counter), ...i32(7), 0x70, 0x0d, 0, 0x0b, ...get(counter), ...i32(100), 0x48, 0x0d, 0, 0x0b],
]
const start = (code: readonly number[], locals: readonly number[] = [I32]): TestFunction => ({
  exportAs: '_start',
  locals,
  code,
})
const app = (module: TestModule): Uint8Array => buildModule(module)
const looping = app({ functions: [start(loops([]))] })

describe('rewriting with checkpoints', () => {
  it('gives the host what the interface promises', async () => {
    const { bytes } = await prepare(mixing(3n))
    const module = new WebAssembly.Module(bytes)
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name)
    const { yield: yieldImport, ...names } = CHECKPOINT_ABI
    expect(exported).toEqual(expect.arrayContaining(Object.values(names)))
    expect(exported.filter((name) => name.includes('asyncify'))).toEqual([])
    expect(WebAssembly.Module.imports(module)).toContainEqual({
      module: METER_ABI.importModule,
      name: yieldImport,
      kind: 'function',
    })
  })

  it('makes the same bytes of the same bytes, others than without', async () => {
    const first = await prepare(mixing(3n))
    expect((await prepare(mixing(3n))).rewrittenHash).toBe(first.rewrittenHash)
    const without = await prepareModule(mixing(3n), { ...OPTIONS, checkpoint: false })
    expect(without.rewrittenHash).not.toBe(first.rewrittenHash)
    const { checkpoint: _, ...silent } = OPTIONS
    expect((await prepareModule(mixing(3n), silent)).rewrittenHash).toBe(without.rewrittenHash)
  })

  // Fixed for as long as an app may name this version of the rewriter.
  it('makes the bytes that every machine makes', async () => {
    expect((await prepare(looping)).rewrittenHash).toMatchInlineSnapshot(
      `"906688a423cd6b01a85885e136107ed071def5716951a4cf4d93d7a74d234dac"`,
    )
    expect((await prepare(mixing(3n))).rewrittenHash).toMatchInlineSnapshot(
      `"cd81bed445bb7831a58bb51a21feb1d5a23cdade9c8500ed6f9d970e70b4e09f"`,
    )
  })

  it('leaves functions that cannot be on the stack as they are', async () => {
    const leaf = { params: [I32], results: [I32], code: [...get(0), ...i32(3), 0x6c] }
    const original = app({ functions: [leaf, start(loops([...get(0), ...call(0), 0x1a]))] })
    const bodies = async (checkpoint: boolean): Promise<string[]> => {
      const { bytes } = await prepareModule(original, { ...OPTIONS, checkpoint })
      return decodeModule(bytes).bodies.map(({ start, end }) =>
        Buffer.from(bytes.subarray(start, end)).toString('hex'),
      )
    }
    const [without, made] = [await bodies(false), await bodies(true)]
    expect(made[0]).toBe(without[0])
    expect(made[1]).not.toBe(without[1])
  })

  it('yields in a short loop where there is no other', async () => {
    await expect(prepare(apps.endless)).resolves.toBeDefined()
    await expect(prepare(apps.counting(5n))).resolves.toBeDefined()
  })

  const refusal = (reason: RegExp) => ({
    code: 'module-refused',
    message: expect.stringMatching(reason) as string,
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['no loop at all', apps.printing('x'), /no safe point/],
    ['recursion alone', recursingDeep, /no safe point/],
    ['a loop in a function that calls itself', app({ functions: [start(loops(call(0)))] }), /no safe point/],
    [
      'a loop below recursion',
      app({
        functions: [
          { locals: [I32], code: loops([]) },
          start([...get(0), 0x04, 0x40, ...call(1), 0x0b, ...call(0)]),
        ],
      }),
      /no safe point/,
    ],
    [
      'a loop behind a tail call',
      app({ functions: [{ locals: [I32], code: loops([]) }, start([0x12, 0])] }),
      /no safe point/,
    ],
    ['a loop beside a reference', app({ functions: [start(loops([], 0), [I32, FUNCREF])] }), /no safe point/],
    [
      'a mutable reference',
      app({ globals: [[FUNCREF, 1, 0xd0, FUNCREF, 0x0b]], functions: [start(loops([]))] }),
      /references in globals/,
    ],
    [
      'a changing table',
      app({
        tables: [[FUNCREF, 0, 2]],
        functions: [start([...loops([]), ...i32(0), 0xd0, FUNCREF, 0x26, 0])],
      }),
      /table\.set/,
    ],
    [
      'a dropped segment',
      app({ data: [[1, 1, 7]], hasDataCount: true, functions: [start([...loops([]), 0xfc, 9, 0])] }),
      /data\.drop/,
    ],
  ])('refuses %s', async (_, original, reason) => {
    await expect(prepareModule(original, { ...OPTIONS, checkpoint: false })).resolves.toBeDefined()
    await expect(prepare(original)).rejects.toMatchObject(refusal(reason))
  })

  it('refuses names of its own in other mouths', async () => {
    const forged = app({
      functions: [start(loops([]))],
      exports: [[CHECKPOINT_ABI.startUnwindExport, 0, 0]],
    })
    await expect(prepare(forged)).rejects.toMatchObject(refusal(/reserved/))
    const imported = app({
      imports: [{ module: 'asyncify', name: 'start_unwind', params: [I32] }],
      functions: [start(loops([]))],
    })
    await expect(prepare(imported)).rejects.toMatchObject(refusal(/unknown/))
  })

  it('takes names of the library for what they are: names', async () => {
    const original = app({
      globals: [[F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b]],
      functions: [start(loops([]))],
      exports: [
        ['asyncify_start_unwind', 0, 0],
        ['__asyncify_state', 3, 0],
      ],
    })
    const exported = WebAssembly.Module.exports(new WebAssembly.Module((await prepare(original)).bytes))
    expect(exported).toContainEqual({ name: 'asyncify_start_unwind', kind: 'function' })
    expect(exported).toContainEqual({ name: '__asyncify_state', kind: 'global' })
  })
})
