import { OP } from '../wasm/opcodes.ts'
import type { CodeWriter } from './code-writer.ts'

const CANONICAL_F32 = [0x00, 0x00, 0xc0, 0x7f]
const CANONICAL_F64 = [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]

/**
 * Replaces a NaN on top of the stack by the canonical one. Processors make NaNs of either sign from the same
 * operation; programs see that where they look at bits (reinterpret) or at the sign (copysign's second operand),
 * and only there unless they store floats and load integers, which this cheap mode does not cover.
 */
export function canonicaliseNan(out: CodeWriter, type: 'f32' | 'f64', scratch: number): void {
  out.op(OP.localTee, scratch)
  if (type === 'f32') out.op(OP.f32Const).raw(CANONICAL_F32)
  else out.op(OP.f64Const).raw(CANONICAL_F64)
  out.op(OP.localGet, scratch).op(OP.localGet, scratch)
  out.op(type === 'f32' ? OP.f32Eq : OP.f64Eq).op(OP.select)
}
