import type { BodyCode } from './body-code.ts'
import { CODE_COUNT, miscCode, simdCode } from './codes.ts'
import { functionType, type FunctionType, type WasmModule } from './module.ts'
import { MISC, OP, SIMD } from './opcodes.ts'

/** Numeric opcodes with two operands, as closed ranges; all others in 0x45..0xc4 have one. */
const BINARY_RANGES: readonly (readonly [number, number])[] = [
  [0x46, 0x4f],
  [0x51, 0x66],
  [0x6a, 0x78],
  [0x7c, 0x8a],
  [0x92, 0x98],
  [0xa0, 0xa6],
]

/**
 * An upper bound of how many values an instruction adds to the operand stack (negative: removes).
 * Exact but for vector arithmetic, whose operands are not counted. Blocks, `else` and `end` are the caller's matter.
 */
export function stackEffect(module: WasmModule, body: BodyCode, at: number): number {
  const code = body.code(at)
  if (code === OP.call) return callEffect(functionType(module, body.index(at)))
  if (code === OP.callIndirect) return callEffect(module.types[body.index(at)]) - 1
  return EFFECTS[code] ?? 0
}

/** Results minus operands of a function called directly. */
function callEffect(type: FunctionType | undefined): number {
  return type === undefined ? 0 : type.results.length - type.params.length
}

const EFFECTS = effects()

function effects(): Int8Array {
  const table = new Int8Array(CODE_COUNT)
  const set = (effect: number, ...codes: number[]): void => {
    for (const code of codes) table[code] = effect
  }
  for (const [first, last] of BINARY_RANGES) table.fill(-1, first, last + 1)
  table.fill(-2, OP.firstStore, OP.lastStore + 1)
  set(1, OP.localGet, OP.globalGet, OP.i32Const, OP.i64Const, OP.f32Const, OP.f64Const)
  set(1, OP.memorySize, OP.refNull, OP.refFunc, miscCode(MISC.tableSize), simdCode(SIMD.const))
  set(-1, OP.localSet, OP.globalSet, OP.drop, OP.brIf, OP.brTable, OP.if, miscCode(MISC.tableGrow))
  set(-2, OP.select, OP.selectTyped, OP.tableSet, simdCode(SIMD.store))
  table.fill(-2, simdCode(SIMD.firstStoreLane), simdCode(SIMD.lastStoreLane) + 1)
  set(-3, ...[MISC.memoryInit, MISC.memoryCopy, MISC.memoryFill].map(miscCode))
  set(-3, ...[MISC.tableInit, MISC.tableCopy, MISC.tableFill].map(miscCode))
  return table
}
