import {
  buildModule,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  I32,
  I64,
  i32,
  i64,
  unsigned,
  V128,
  type TestFunction,
} from '../wasm-builder.ts'
import { Choice } from './choice.ts'
import { makeFunction } from './function-maker.ts'
import { MEMORY_PAGES_MAX, ModuleShape } from './shape.ts'

/** Loops and calls that a run may make. */
const BUDGET = 400

export interface RandomModule {
  /** An app that exports `go` (i32, i64) -> i64 besides, and globals `i32` and `i64`. */
  readonly plain: Uint8Array<ArrayBuffer>
  /** The same, which counts what its instructions cost in the exported i64 global `count`. */
  readonly counting: Uint8Array<ArrayBuffer>
  readonly arguments: readonly [number, bigint]
}

/** Import of every random module: a call that a host answers. */
export const RANDOM_MODULE_IMPORT = { module: 'wasi_snapshot_preview1', name: 'sched_yield' } as const

/** The module of a seed, always the same. */
export function randomModule(seed: number): RandomModule {
  return { plain: make(seed, false), counting: make(seed, true), arguments: argumentsOf(seed) }
}

/**
 * A random app that can be saved on its way more often than not. Its fuel tells what is in its memory and its globals
 * at the end.
 */
export function randomSavableApp(seed: number): Uint8Array<ArrayBuffer> {
  const [first, second] = argumentsOf(seed)
  const call = [...i32(first), ...i64(second), 0x10, 1]
  return make(
    seed,
    false,
    (shape) => ({
      locals: [I32, I32],
      code: [...call, 0xa7, 0x21, 1, ...globalsInto(1, shape), ...memoryInto(1, 0), ...spend(1)],
    }),
    true,
  )
}

function argumentsOf(seed: number): readonly [number, bigint] {
  const choice = new Choice(seed)
  return [choice.bits(), BigInt(choice.bits()) * 4_294_967_311n]
}

/** Mixes the globals of 32 and 64 bits into a local. */
function globalsInto(hash: number, { firstGlobal }: ModuleShape): number[] {
  return [0x20, hash, 0x23, firstGlobal, 0x73, 0x23, firstGlobal + 1, 0xa7, 0x6a, 0x21, hash]
}

/** Mixes every word of the memory into a local; `at` is another one. */
function memoryInto(hash: number, at: number): number[] {
  return [
    ...[0x03, 0x40, 0x20, hash, 0x20, at, 0x28, 2, 0, 0x73, ...i32(0x0100_0193), 0x6c, 0x21, hash],
    ...[0x20, at, ...i32(4), 0x6a, 0x22, at, 0x3f, 0, ...i32(16), 0x74, 0x49, 0x0d, 0, 0x0b],
  ]
}

/** Fills as many bytes as the upper half of a local says, up to 2^16 - 1: each one costs one fuel. */
function spend(hash: number): number[] {
  return [...i32(0), ...i32(0), 0x20, hash, ...i32(16), 0x76, 0xfc, 11, 0]
}

function make(
  seed: number,
  counts: boolean,
  start: (shape: ModuleShape) => TestFunction = () => ({ code: [] }),
  isSavable = false,
): Uint8Array<ArrayBuffer> {
  const choice = new Choice(seed ^ 0x2545_f491)
  const shape = new ModuleShape(choice, isSavable)
  const functions = shape.functions.map((_, own) => makeFunction(choice, shape, own, counts))
  const [go, ...others] = functions
  if (go === undefined) throw new RangeError('no functions')
  const indices = shape.functions.map((_, own) => shape.firstFunction + own)
  return buildModule({
    imports: [{ ...RANDOM_MODULE_IMPORT, results: [I32] }],
    functions: [{ ...go, exportAs: 'go' }, ...others, { ...start(shape), exportAs: '_start' }],
    extraTypes: shape.extraTypes,
    memory: [1, choice.chance(4) ? 3 : 1, MEMORY_PAGES_MAX],
    tables: [
      [FUNCREF, 0, 10],
      [FUNCREF, 1, 6, 20],
      [EXTERNREF, 0, 1],
    ],
    globals: [
      [I32, 1, ...i32(BUDGET), 0x0b],
      [I32, 1, 0x41, 5, 0x0b],
      [I64, 1, 0x42, 7, 0x0b],
      [F32, 1, 0x43, 0, 0, 0x80, 0x3f, 0x0b],
      [F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b],
      [V128, 1, 0xfd, 12, ...new Array<number>(16).fill(3), 0x0b],
      ...(counts ? [[I64, 1, 0x42, 0, 0x0b]] : []),
    ],
    elements: [
      [1, 0, 3, ...[0, 1, 2].map((at) => indices[at % indices.length] ?? 0)],
      [0, 0x41, 0, 0x0b, ...unsigned(indices.length), ...indices.flatMap(unsigned)],
    ],
    data: [[1, 48, ...Array.from({ length: 48 }, (_, at) => at * 5)]],
    hasDataCount: true,
    exports: [
      ['i32', 3, shape.firstGlobal],
      ['i64', 3, shape.firstGlobal + 1],
      ...(counts ? [['count', 3, shape.countGlobal] as const] : []),
    ],
  })
}
