import type { Instruction } from './wasm/instruction.ts'
import { MISC, OP, SIMD } from './wasm/opcodes.ts'

/*
 * Version 1 of the costs. One fuel is one simple WebAssembly instruction; optimised numeric loops run some four of them
 * a cycle (18 a nanosecond measured on the mersenne app), and what is slower than that costs accordingly more, so that
 * a unit cannot be long in time and short in fuel. The table decides credit and where a unit runs out of fuel: a change
 * of any number is a new rewriter version.
 */

/** No machine code comes from these: they shape control flow or drop a name for a value. */
const FREE: ReadonlySet<number> = new Set([OP.nop, OP.block, OP.loop, OP.else, OP.end, OP.drop])

/** Integer division takes 6..18 cycles on the processors donors have, and hardly overlaps. */
const INTEGER_DIVISION = 24
/** Float division and square root: 4..6 cycles each when they overlap, 13..20 in a chain. */
const FLOAT_DIVISION = 16
/** Argument moves, the jump, the frame, and back. */
const CALL = 8
/** A call plus the bounds, signature and table loads. */
const INDIRECT_CALL = 16
/** A jump through a table is mispredicted more often than others. */
const BRANCH_TABLE = 8
/** Table entries carry a bounds check and a write barrier. */
const TABLE_ACCESS = 8
/** A bulk operation leaves compiled code for the runtime, whatever its length: some 10 ns. */
const BULK_BASE = 128
/** Growing asks the operating system, whatever the number of pages: some microseconds. */
const GROW_BASE = 32_768
const SIMPLE = 1

/** What executing an instruction once costs, without the part that depends on a length operand. */
export function instructionCost(instruction: Instruction): number {
  const { opcode } = instruction
  if (opcode >= OP.localGet && opcode <= OP.globalSet) return SIMPLE
  if (FREE.has(opcode)) return 0
  if (opcode === OP.miscPrefix) return miscCost(instruction.sub)
  if (opcode === OP.simdPrefix) return simdCost(instruction.sub)
  if ((opcode >= OP.i32DivS && opcode <= OP.i32RemU) || (opcode >= OP.i64DivS && opcode <= OP.i64RemU))
    return INTEGER_DIVISION
  switch (opcode) {
    case OP.call:
    case OP.returnCall:
      return CALL
    case OP.callIndirect:
    case OP.returnCallIndirect:
      return INDIRECT_CALL
    case OP.brTable:
      return BRANCH_TABLE
    case OP.f32Div:
    case OP.f64Div:
    case OP.f32Sqrt:
    case OP.f64Sqrt:
      return FLOAT_DIVISION
    case OP.tableGet:
    case OP.tableSet:
      return TABLE_ACCESS
    case OP.memoryGrow:
      return GROW_BASE
    default:
      return SIMPLE
  }
}

function miscCost(sub: number): number {
  if (sub === MISC.tableGrow) return GROW_BASE
  if (sub >= MISC.memoryInit && sub !== MISC.tableSize) return BULK_BASE
  return SIMPLE
}

function simdCost(sub: number): number {
  const divides =
    sub === SIMD.f32x4Div || sub === SIMD.f64x2Div || sub === SIMD.f32x4Sqrt || sub === SIMD.f64x2Sqrt
  // One vector instruction counts as one: donors are paid for what their machine does, not for lanes.
  return divides ? FLOAT_DIVISION : SIMPLE
}

/**
 * Charged at every entry of a function besides its first instructions: locals are zeroed on each call, two or more
 * a cycle, and without this a function of 50,000 locals would be 400 KB of free work.
 */
export function entryCost(localCount: number): number {
  return 1 + Math.ceil(localCount / 4)
}

/** memory.fill, copy and init: 2^0 fuel a byte. 256 MiB of fill took 26 ms, that is 10 fuel a nanosecond. */
export const BULK_BYTE_SHIFT = 0
/** memory.grow: 2^16 fuel a page of 2^16 bytes, the same rate: the system zeroes a page when it is first touched. */
export const GROW_PAGE_SHIFT = 16
/** table.fill, copy, init and grow: 2^6 fuel an element, which is several words and a write barrier. */
export const TABLE_ELEMENT_SHIFT = 6
