import { CODE_COUNT, miscCode, simdCode } from './wasm/codes.ts'
import { MISC, OP, SIMD } from './wasm/opcodes.ts'

/*
 * Version 1 of the costs. One fuel is one simple WebAssembly instruction; optimised numeric loops run some four of them
 * a cycle (18 a nanosecond measured on the mersenne app), and what is slower than that costs accordingly more, so that
 * a unit cannot be long in time and short in fuel. The table decides credit and where a unit runs out of fuel: a change
 * of any number is a new rewriter version.
 */

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

/** What executing an instruction once costs, by its code, without the part that depends on a length operand. */
export const INSTRUCTION_COSTS: Uint16Array = costs()

function costs(): Uint16Array {
  const table = new Uint16Array(CODE_COUNT).fill(SIMPLE)
  const set = (cost: number, ...codes: number[]): void => {
    for (const code of codes) table[code] = cost
  }
  // No machine code comes from these: they shape control flow or drop a name for a value.
  set(0, OP.nop, OP.block, OP.loop, OP.else, OP.end, OP.drop)
  table.fill(INTEGER_DIVISION, OP.i32DivS, OP.i32RemU + 1).fill(INTEGER_DIVISION, OP.i64DivS, OP.i64RemU + 1)
  set(CALL, OP.call, OP.returnCall)
  set(INDIRECT_CALL, OP.callIndirect, OP.returnCallIndirect)
  set(BRANCH_TABLE, OP.brTable)
  set(FLOAT_DIVISION, OP.f32Div, OP.f64Div, OP.f32Sqrt, OP.f64Sqrt)
  // One vector instruction counts as one: donors are paid for what their machine does, not for lanes.
  set(FLOAT_DIVISION, ...[SIMD.f32x4Div, SIMD.f64x2Div, SIMD.f32x4Sqrt, SIMD.f64x2Sqrt].map(simdCode))
  set(TABLE_ACCESS, OP.tableGet, OP.tableSet)
  table.fill(BULK_BASE, miscCode(MISC.memoryInit), miscCode(MISC.tableFill) + 1)
  set(SIMPLE, miscCode(MISC.tableSize))
  set(GROW_BASE, OP.memoryGrow, miscCode(MISC.tableGrow))
  return table
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
