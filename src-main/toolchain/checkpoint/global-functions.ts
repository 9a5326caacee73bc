import { ByteWriter } from '../leb128/byte-writer.ts'
import { VALUE_TYPE } from '../wasm/module.ts'
import { OP, SIMD } from '../wasm/opcodes.ts'

const STACK_MEMORY = 1
/** In the alignment of a memory access: an index of the memory follows. */
const NAMES_MEMORY = 0x40
const STORE: Readonly<Record<number, number>> = {
  [VALUE_TYPE.i32]: 0x36,
  [VALUE_TYPE.i64]: 0x37,
  [VALUE_TYPE.f32]: 0x38,
  [VALUE_TYPE.f64]: 0x39,
}
const LOAD: Readonly<Record<number, number>> = {
  [VALUE_TYPE.i32]: 0x28,
  [VALUE_TYPE.i64]: 0x29,
  [VALUE_TYPE.f32]: 0x2a,
  [VALUE_TYPE.f64]: 0x2b,
}
/** Every global gets as much room as the largest. */
export const GLOBAL_BYTES = 16

/** A mutable global that a snapshot holds. */
export interface SavedGlobal {
  readonly index: number
  readonly type: number
}

/** Bodies of two functions () -> () that copy the globals to the stack memory, from `at` on, and back. Bit by bit, which no host's numbers could do. */
export function globalFunctions(
  globals: readonly SavedGlobal[],
  at: number,
): { readonly save: ByteWriter; readonly load: ByteWriter } {
  const save = new ByteWriter().u32(0)
  const load = new ByteWriter().u32(0)
  const access = (out: ByteWriter, opcode: number | undefined, vector: number, offset: number): void => {
    if (opcode === undefined) out.byte(OP.simdPrefix).u32(vector)
    else out.byte(opcode)
    out.u32(NAMES_MEMORY).u32(STACK_MEMORY).u32(offset)
  }
  for (const [place, { index, type }] of globals.entries()) {
    const offset = at + place * GLOBAL_BYTES
    save.byte(OP.i32Const).signed(0).byte(OP.globalGet).u32(index)
    access(save, STORE[type], SIMD.store, offset)
    load.byte(OP.i32Const).signed(0)
    access(load, LOAD[type], 0, offset)
    load.byte(OP.globalSet).u32(index)
  }
  return { save: save.byte(OP.end), load: load.byte(OP.end) }
}
