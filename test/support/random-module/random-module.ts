import { buildModule, EXTERNREF, F32, F64, FUNCREF, I32, I64, i32, unsigned, V128 } from '../wasm-builder.ts'
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
  const choice = new Choice(seed)
  const values = [choice.bits(), BigInt(choice.bits()) * 4_294_967_311n] as const
  return { plain: make(seed, false), counting: make(seed, true), arguments: values }
}

function make(seed: number, counts: boolean): Uint8Array<ArrayBuffer> {
  const choice = new Choice(seed ^ 0x2545_f491)
  const shape = new ModuleShape(choice)
  const functions = shape.functions.map((_, own) => makeFunction(choice, shape, own, counts))
  const [go, ...others] = functions
  if (go === undefined) throw new RangeError('no functions')
  const indices = shape.functions.map((_, own) => shape.firstFunction + own)
  return buildModule({
    imports: [{ ...RANDOM_MODULE_IMPORT, results: [I32] }],
    functions: [{ ...go, exportAs: 'go' }, ...others, { code: [], exportAs: '_start' }],
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
