import { CODE_COUNT, miscCode, simdCode } from '../../wasm/codes.ts'
import { MISC, OP, SIMD } from '../../wasm/opcodes.ts'

/** Values that an instruction takes from the operand stack, and puts there. Not for control flow and calls. */
export const OPERANDS = new Uint8Array(CODE_COUNT)
export const RESULTS = new Uint8Array(CODE_COUNT)
/** Bytes that a store writes; 0 for all that is none. */
export const STORED_BYTES = new Uint8Array(CODE_COUNT)
/** 1 for what reads memory. */
export const IS_LOAD = new Uint8Array(CODE_COUNT)

/** Vector instructions with one operand, as closed ranges of the numbers behind the prefix. */
const VECTOR_UNARY: readonly (readonly [number, number])[] = [
  [0x0f, 0x16],
  [0x18, 0x19],
  [0x1b, 0x1b],
  [0x1d, 0x1d],
  [0x1f, 0x1f],
  [0x21, 0x21],
  [0x4d, 0x4d],
  [0x53, 0x53],
  [0x5e, 0x64],
  [0x67, 0x6a],
  [0x74, 0x75],
  [0x7a, 0x7a],
  [0x7c, 0x81],
  [0x83, 0x84],
  [0x87, 0x8a],
  [0x94, 0x94],
  [0xa0, 0xa1],
  [0xa3, 0xa4],
  [0xa7, 0xaa],
  [0xc0, 0xc1],
  [0xc3, 0xc4],
  [0xc7, 0xca],
  [0xe0, 0xe1],
  [0xe3, 0xe3],
  [0xec, 0xed],
  [0xef, 0xef],
  [0xf8, 0xff],
]
const VECTOR_SELECT = 0x52
const NUMERIC_BINARY: readonly (readonly [number, number])[] = [
  [0x46, 0x4f],
  [0x51, 0x66],
  [0x6a, 0x78],
  [0x7c, 0x8a],
  [0x92, 0x98],
  [0xa0, 0xa6],
]
const STORES = [4, 8, 4, 8, 1, 2, 1, 2, 4]

fill()

function fill(): void {
  const set = (operands: number, results: number, first: number, last = first): void => {
    OPERANDS.fill(operands, first, last + 1)
    RESULTS.fill(results, first, last + 1)
  }
  const load = (operands: number, first: number, last = first): void => {
    set(operands, 1, first, last)
    IS_LOAD.fill(1, first, last + 1)
  }
  set(1, 1, OP.i32Eqz, OP.lastNumeric)
  for (const [first, last] of NUMERIC_BINARY) set(2, 1, first, last)
  load(1, OP.firstLoad, OP.lastLoad)
  set(2, 0, OP.firstStore, OP.lastStore)
  STORED_BYTES.set(STORES, OP.firstStore)
  set(0, 1, OP.i32Const, OP.f64Const)
  set(0, 1, OP.memorySize)
  set(1, 1, OP.memoryGrow)
  set(1, 0, OP.drop)
  set(3, 1, OP.select, OP.selectTyped)
  set(0, 1, OP.refNull)
  set(1, 1, OP.refIsNull)
  set(0, 1, OP.refFunc)
  set(1, 1, OP.tableGet)
  set(2, 0, OP.tableSet)

  set(1, 1, miscCode(0), miscCode(MISC.memoryInit - 1))
  for (const sub of [MISC.memoryInit, MISC.memoryCopy, MISC.memoryFill]) set(3, 0, miscCode(sub))
  for (const sub of [MISC.tableInit, MISC.tableCopy, MISC.tableFill]) set(3, 0, miscCode(sub))
  set(2, 1, miscCode(MISC.tableGrow))
  set(0, 1, miscCode(MISC.tableSize))

  set(2, 1, simdCode(0), simdCode(0xff))
  for (const [first, last] of VECTOR_UNARY) set(1, 1, simdCode(first), simdCode(last))
  set(3, 1, simdCode(VECTOR_SELECT))
  set(0, 1, simdCode(SIMD.const))
  load(1, simdCode(0), simdCode(SIMD.lastLoad))
  load(1, simdCode(SIMD.load32Zero), simdCode(SIMD.load64Zero))
  load(2, simdCode(SIMD.firstLoadLane), simdCode(SIMD.lastLoadLane))
  set(2, 0, simdCode(SIMD.store))
  STORED_BYTES[simdCode(SIMD.store)] = 16
  set(2, 0, simdCode(SIMD.firstStoreLane), simdCode(SIMD.lastStoreLane))
  STORED_BYTES.set([1, 2, 4, 8], simdCode(SIMD.firstStoreLane))
}
