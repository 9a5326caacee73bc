import type { Instruction } from './instruction.ts'
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

/** Results minus operands of a function called directly. */
function callEffect(type: FunctionType | undefined): number {
  return type === undefined ? 0 : type.results.length - type.params.length
}

/**
 * An upper bound of how many values an instruction adds to the operand stack (negative: removes).
 * Exact but for vector arithmetic, whose operands are not counted. Blocks, `else` and `end` are the caller's matter.
 */
export function stackEffect(module: WasmModule, instruction: Instruction): number {
  const { opcode, sub } = instruction
  if (opcode >= OP.i32Eqz && opcode <= OP.lastNumeric)
    return BINARY_RANGES.some(([first, last]) => opcode >= first && opcode <= last) ? -1 : 0
  if (opcode >= OP.firstStore && opcode <= OP.lastStore) return -2
  switch (opcode) {
    case OP.localGet:
    case OP.globalGet:
    case OP.i32Const:
    case OP.i64Const:
    case OP.f32Const:
    case OP.f64Const:
    case OP.memorySize:
    case OP.refNull:
    case OP.refFunc:
      return 1
    case OP.localSet:
    case OP.globalSet:
    case OP.drop:
    case OP.brIf:
    case OP.brTable:
    case OP.if:
      return -1
    case OP.select:
    case OP.selectTyped:
    case OP.tableSet:
      return -2
    case OP.call:
      return callEffect(functionType(module, instruction.index))
    case OP.callIndirect:
      return callEffect(module.types[instruction.index]) - 1
    case OP.miscPrefix:
      return miscEffect(sub)
    case OP.simdPrefix:
      if (sub === SIMD.const) return 1
      return sub === SIMD.store || (sub >= SIMD.firstStoreLane && sub <= SIMD.lastStoreLane) ? -2 : 0
    default:
      return 0
  }
}

function miscEffect(sub: number): number {
  if (sub < MISC.memoryInit || sub === MISC.dataDrop || sub === MISC.elemDrop) return 0
  if (sub === MISC.tableSize) return 1
  return sub === MISC.tableGrow ? -1 : -3
}
