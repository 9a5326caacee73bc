import { BULK_BYTE_SHIFT, TABLE_ELEMENT_SHIFT } from '../cost-table.ts'
import type { ByteWriter } from '../leb128/byte-writer.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import { CodeWriter } from './code-writer.ts'
import type { RewriteContext } from './context.ts'

/** Lengths that run without a look at the meter: some 10 µs of work, 2^16 fuel. */
export const BULK_PIECE = { bytes: 65_536, elements: 1024 } as const

/** A bulk operation with its immediates. */
export interface BulkFunction {
  /** Number behind the prefix 0xfc. */
  readonly sub: number
  readonly index: number
  readonly secondIndex: number
}

const [TO, FROM, LENGTH] = [0, 1, 2]
const PAGE_SHIFT = 16

/**
 * A function (to, from or value, length) that does what the operation does, but in pieces: each is paid for and the
 * meter looked at before it runs. Operations beyond a bound trap before they write anything; so they are handed over
 * whole, and pieces begin only when the whole is within bounds.
 */
export function bulkFunction(context: RewriteContext, { sub, index, secondIndex }: BulkFunction): ByteWriter {
  const code = new CodeWriter(context).u32(0)
  const onMemory = sub === MISC.memoryFill || sub === MISC.memoryCopy || sub === MISC.memoryInit
  const piece = onMemory ? BULK_PIECE.bytes : BULK_PIECE.elements
  const shift = onMemory ? BULK_BYTE_SHIFT : TABLE_ELEMENT_SHIFT
  const isFill = sub === MISC.memoryFill || sub === MISC.tableFill
  const isCopy = sub === MISC.memoryCopy || sub === MISC.tableCopy

  const operate = (): void => {
    code.op(OP.miscPrefix).u32(sub).u32(index)
    if (!isFill) code.u32(secondIndex)
  }
  const get = (...locals: number[]): CodeWriter =>
    locals.reduce((out, local) => out.op(OP.localGet, local), code)
  /** Table of the elements written to, and of those read, by the order of each operation's immediates. */
  const sizeOf = (table: number): void => {
    if (onMemory) code.op(OP.memorySize, 0).op(OP.i64ExtendI32U).i64(PAGE_SHIFT).op(OP.i64Shl)
    else code.op(OP.miscPrefix).u32(MISC.tableSize).u32(table).op(OP.i64ExtendI32U)
  }
  const isBeyond = (start: number, size: () => void): void => {
    get(start).op(OP.i64ExtendI32U)
    get(LENGTH).op(OP.i64ExtendI32U).op(OP.i64Add)
    size()
    code.op(OP.i64GtU)
  }
  const step = (local: number, opcode: number): void => {
    get(local).i32(piece).op(opcode).op(OP.localSet, local)
  }
  const pay = (): void => {
    code.chargeGlobal(piece << shift).checkGlobal()
  }
  const loopWhileLong = (round: () => void): void => {
    code.op(OP.loop).byte(NO_RESULT)
    round()
    get(LENGTH).i32(piece).op(OP.i32GtU).op(OP.brIf, 0).op(OP.end)
  }

  get(LENGTH).i32(piece).op(OP.i32GtU).if()
  isBeyond(TO, () => sizeOf(sub === MISC.tableInit ? secondIndex : index))
  if (!isFill) {
    const segments = sub === MISC.memoryInit ? context.dataLengths : context.elementCounts
    isBeyond(FROM, () => {
      if (isCopy) sizeOf(secondIndex)
      else code.i64(segments[index] ?? 0)
    })
    code.op(OP.i32Or)
  }
  code.if()
  get(TO, FROM, LENGTH)
  operate()
  code.op(OP.unreachable).op(OP.end)

  if (isCopy) {
    // Upwards the last piece goes first: what it covers has been read by then, should the two overlap.
    get(TO, FROM).op(OP.i32GtU).if()
    loopWhileLong(() => {
      step(LENGTH, OP.i32Sub)
      pay()
      get(TO, LENGTH).op(OP.i32Add)
      get(FROM, LENGTH).op(OP.i32Add).i32(piece)
      operate()
    })
    code.op(OP.else)
  }
  loopWhileLong(() => {
    pay()
    get(TO, FROM).i32(piece)
    operate()
    step(TO, OP.i32Add)
    if (!isFill) step(FROM, OP.i32Add)
    step(LENGTH, OP.i32Sub)
  })
  if (isCopy) code.op(OP.end)
  code.op(OP.end)

  code.chargeOperand(LENGTH, shift).checkGlobal()
  get(TO, FROM, LENGTH)
  operate()
  return code.op(OP.end)
}

const NO_RESULT = 0x40
