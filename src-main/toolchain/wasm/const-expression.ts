import type { ByteReader } from '../leb128/byte-reader.ts'
import { refused } from '../refusals.ts'
import { emptyInstruction, readInstruction } from './instruction.ts'
import { OP } from './opcodes.ts'

const ALLOWED: ReadonlySet<number> = new Set([
  OP.globalGet,
  OP.i32Const,
  OP.i64Const,
  OP.f32Const,
  OP.f64Const,
  OP.refNull,
  OP.refFunc,
  OP.i32Add,
  OP.i32Sub,
  OP.i32Mul,
  OP.i64Add,
  OP.i64Sub,
  OP.i64Mul,
])

/** A function reference within a constant expression. */
export interface FunctionReference {
  readonly start: number
  readonly end: number
  readonly functionIndex: number
}

/** Reads a constant expression up to and with its `end`; returns the function references in it. */
export function readConstExpression(reader: ByteReader): FunctionReference[] {
  const references: FunctionReference[] = []
  const instruction = emptyInstruction()
  for (;;) {
    readInstruction(reader, instruction)
    const { opcode, excluded, start, index } = instruction
    if (opcode === OP.end) return references
    const isVector = opcode === OP.simdPrefix
    if (excluded !== undefined || !(ALLOWED.has(opcode) || isVector))
      throw refused(`an initialiser uses ${excluded ?? `opcode 0x${opcode.toString(16)}`}`)
    if (opcode === OP.refFunc) references.push({ start, end: reader.position, functionIndex: index })
  }
}
