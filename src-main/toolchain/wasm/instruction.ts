import type { ByteReader } from '../leb128/byte-reader.ts'
import { malformed } from '../refusals.ts'
import { VALUE_TYPE } from './module.ts'
import { MISC, OP, SIMD } from './opcodes.ts'

/**
 * One decoded instruction. {@link readInstruction} fills the same object again and again:
 * modules hold millions of instructions, and an object each would cost more than the rewriting.
 */
export interface Instruction {
  /** Offset of the opcode's first byte. */
  start: number
  opcode: number
  /** Number after a prefix byte (0xfc, 0xfd), else 0. */
  sub: number
  /**
   * First immediate index: label, function, type, local, global, table or segment; targets - 1 for br_table. Of block,
   * loop and if the signed 33-bit block type: -64 for none, -1.. for a value type, else a type index.
   */
  index: number
  /** Second immediate index: the table of call_indirect and table.init, the source of copies, a memory; else 0. */
  secondIndex: number
  /** A proposal that the project does not accept; its immediates are then not read, but for those of several memories. */
  excluded: string | undefined
}

/** What apps must not have; the rewriter adds a second memory to those with checkpoints. */
export const MULTIPLE_MEMORIES = 'multiple memories'

export function emptyInstruction(): Instruction {
  return { start: 0, opcode: 0, sub: 0, index: 0, secondIndex: 0, excluded: undefined }
}

const EXCEPTION_OPCODES: ReadonlySet<number> = new Set([0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f])
const TYPED_REFERENCE_OPCODES: ReadonlySet<number> = new Set([0x14, 0x15, 0xd4, 0xd5, 0xd6])
const WITHOUT_IMMEDIATES: ReadonlySet<number> = new Set([
  OP.unreachable,
  OP.nop,
  OP.else,
  OP.end,
  OP.return,
  OP.drop,
  OP.select,
  OP.refIsNull,
])

/** Reads the next instruction with its immediates into `into`. Throws `module-malformed`. */
export function readInstruction(reader: ByteReader, into: Instruction): void {
  into.start = reader.position
  into.sub = 0
  into.index = 0
  into.secondIndex = 0
  into.excluded = undefined
  const opcode = (into.opcode = reader.byte())
  if (opcode >= OP.localGet && opcode <= OP.tableSet) into.index = reader.u32()
  else if (opcode >= OP.i32Eqz && opcode <= OP.lastNumeric) return
  else if (opcode >= OP.firstLoad && opcode <= OP.lastStore) readMemoryArgument(reader, into)
  else if (WITHOUT_IMMEDIATES.has(opcode)) return
  else readUncommon(reader, into, opcode)
}

function readUncommon(reader: ByteReader, into: Instruction, opcode: number): void {
  switch (opcode) {
    case OP.block:
    case OP.loop:
    case OP.if:
      into.index = reader.s33()
      if (!isKnownBlockType(into.index)) into.excluded = 'typed references'
      return
    case OP.br:
    case OP.brIf:
    case OP.call:
    case OP.returnCall:
    case OP.refFunc:
      into.index = reader.u32()
      return
    case OP.memorySize:
    case OP.memoryGrow:
      into.index = reader.u32()
      if (into.index !== 0) into.excluded = MULTIPLE_MEMORIES
      return
    case OP.callIndirect:
    case OP.returnCallIndirect:
      into.index = reader.u32()
      into.secondIndex = reader.u32()
      return
    case OP.brTable:
      into.index = reader.u32()
      for (let target = 0; target <= into.index; target++) reader.u32()
      return
    case OP.selectTyped:
      for (let left = reader.u32(); left > 0; left--)
        if (!isValueType(reader.byte())) {
          into.excluded = 'typed references'
          return
        }
      return
    case OP.i32Const:
      reader.skipLeb(5)
      return
    case OP.i64Const:
      reader.skipLeb(10)
      return
    case OP.f32Const:
      reader.skip(4)
      return
    case OP.f64Const:
      reader.skip(8)
      return
    case OP.refNull:
      if (!isReferenceType(reader.byte())) into.excluded = 'typed references'
      return
    case OP.miscPrefix:
      readMisc(reader, into)
      return
    case OP.simdPrefix:
      readSimd(reader, into)
      return
    default:
      into.excluded = excludedProposal(opcode)
      if (into.excluded === undefined) throw malformed(`unknown opcode 0x${opcode.toString(16)}`, into.start)
  }
}

function excludedProposal(opcode: number): string | undefined {
  if (EXCEPTION_OPCODES.has(opcode)) return 'exceptions'
  if (TYPED_REFERENCE_OPCODES.has(opcode)) return 'typed references'
  if (opcode === OP.gcPrefix || opcode === 0xd3) return 'garbage collection or stringref'
  if (opcode === OP.threadsPrefix) return 'threads and atomics'
  return undefined
}

function readMemoryArgument(reader: ByteReader, into: Instruction): void {
  // Bit 6 of the alignment announces a memory index.
  if (reader.u32() >= 0x40) {
    into.excluded = MULTIPLE_MEMORIES
    into.secondIndex = reader.u32()
  }
  reader.u32()
}

function readMisc(reader: ByteReader, into: Instruction): void {
  const sub = (into.sub = reader.u32())
  if (sub < MISC.memoryInit) return
  if (sub > MISC.tableFill) {
    into.excluded = `a later proposal (0xfc ${String(sub)})`
    return
  }
  into.index = reader.u32()
  if (sub === MISC.memoryInit || sub === MISC.memoryCopy || sub === MISC.tableInit || sub === MISC.tableCopy)
    into.secondIndex = reader.u32()
}

function readSimd(reader: ByteReader, into: Instruction): void {
  const sub = (into.sub = reader.u32())
  if (sub >= SIMD.firstRelaxed) {
    into.excluded = 'relaxed SIMD'
    return
  }
  const isLane = sub >= SIMD.firstLoadLane && sub <= SIMD.lastStoreLane
  if (sub <= SIMD.store || sub === SIMD.load32Zero || sub === SIMD.load64Zero || isLane) {
    readMemoryArgument(reader, into)
    if (isLane) reader.skip(1)
  } else if (sub === SIMD.const || sub === SIMD.shuffle) reader.skip(16)
  else if (sub >= SIMD.firstLane && sub <= SIMD.lastLane) reader.skip(1)
}

export function isReferenceType(code: number): boolean {
  return code === VALUE_TYPE.funcref || code === VALUE_TYPE.externref
}

export function isValueType(code: number): boolean {
  return (code >= VALUE_TYPE.v128 && code <= VALUE_TYPE.i32) || isReferenceType(code)
}

/** Block types: a type index (0 or more), nothing (-64), or a value type's code as a negative 7-bit number. */
function isKnownBlockType(type: number): boolean {
  return type >= 0 || type === -64 || isValueType(type + 0x80)
}
