import type { Instruction } from './instruction.ts'
import { OP } from './opcodes.ts'

/*
 * One number for every instruction, so that a table lookup tells what it costs and does to the stack: opcodes without
 * a prefix as they are, those behind 0xfc from 0x100 on, those behind 0xfd from 0x200 on.
 */
const MISC_BASE = 0x100
const SIMD_BASE = 0x200
/** Size of a table by code. */
export const CODE_COUNT = 0x300

export const miscCode = (sub: number): number => MISC_BASE + sub
export const simdCode = (sub: number): number => SIMD_BASE + sub
export const isSimdCode = (code: number): boolean => code >= SIMD_BASE

/** The code of a decoded instruction that is not excluded: the numbers behind prefixes are then below 256. */
export function codeOf({ opcode, sub }: Instruction): number {
  if (opcode === OP.miscPrefix) return miscCode(sub)
  return opcode === OP.simdPrefix ? simdCode(sub) : opcode
}
