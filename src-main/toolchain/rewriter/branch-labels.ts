import { ByteReader } from '../leb128/byte-reader.ts'
import type { Instruction } from '../wasm/instruction.ts'
import { OP } from '../wasm/opcodes.ts'
import type { CodeWriter } from './code-writer.ts'

/**
 * Follows the nesting of blocks, and moves the labels of branches that leave a loop which got a loop around it.
 * Only loops without loops in them are doubled, so at most one of the open blocks is.
 */
export class BranchLabels {
  /** Open blocks. */
  #depth = 0
  /** Value of `#depth` outside the doubled loop, when one is open. */
  #doubledAt: number | undefined

  /** Takes the next instruction into account. Returns whether it ends a doubled loop. */
  step({ opcode }: Instruction, opensDoubled: boolean): boolean {
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) {
      if (opensDoubled) this.#doubledAt = this.#depth
      this.#depth += 1
    } else if (opcode === OP.end) {
      this.#depth -= 1
      if (this.#depth !== this.#doubledAt) return false
      this.#doubledAt = undefined
      return true
    }
    return false
  }

  /** Whether this is a branch that may need other labels. */
  isMoved({ opcode }: Instruction): boolean {
    return this.#doubledAt !== undefined && (opcode === OP.br || opcode === OP.brIf || opcode === OP.brTable)
  }

  /** Writes the branch with its labels for the new nesting. */
  writeBranch(instruction: Instruction, bytes: Uint8Array, out: CodeWriter): void {
    const { opcode, index, start } = instruction
    if (opcode !== OP.brTable) {
      out.op(opcode, this.#move(index))
      return
    }
    const reader = new ByteReader(bytes, start + 1)
    out.op(opcode, reader.u32())
    for (let target = 0; target <= index; target++) out.u32(this.#move(reader.u32()))
  }

  /** A label beyond the doubled loop has one more block before it. */
  #move(label: number): number {
    return this.#doubledAt !== undefined && label >= this.#depth - this.#doubledAt ? label + 1 : label
  }
}
