import type { Instruction } from '../wasm/instruction.ts'
import { stackEffect } from '../wasm/stack-effect.ts'
import { VALUE_TYPE, type FunctionBody, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'

/** Return address, frame pointer, instance, feedback and callee-saved registers, and what the rewriter adds. */
const FIXED_BYTES = 128
const NO_VALUES = -64

/**
 * Bounds the machine stack of one activation: a slot for every local and for every operand at the deepest point.
 * Compilers keep most of these in registers; the bound has to hold for the ones that keep none.
 */
export class FrameBound {
  readonly #module: WasmModule
  readonly #localBytes: number
  /** Operands below each open block, and what a block of its type leaves behind. */
  readonly #blocks: { base: number; params: number; results: number }[] = []
  #height = 0
  #deepest = 0
  #slotBytes = 8

  constructor(module: WasmModule, body: FunctionBody, type: FunctionType) {
    this.#module = module
    let bytes = 0
    for (const param of type.params) bytes += slotBytes(param)
    for (const { count, type: local } of body.locals) bytes += count * slotBytes(local)
    this.#localBytes = bytes
  }

  get bytes(): number {
    return FIXED_BYTES + this.#localBytes + this.#deepest * this.#slotBytes
  }

  /** Takes the next instruction of the body into account. */
  step(instruction: Instruction): void {
    const { opcode } = instruction
    if (opcode === OP.simdPrefix) this.#slotBytes = 16
    const block = this.#blocks.at(-1)
    if (opcode === OP.else && block !== undefined) this.#height = block.base + block.params
    else if (opcode === OP.end && block !== undefined) {
      this.#height = block.base + block.results
      this.#blocks.pop()
    } else {
      // Behind an unconditional branch operands come out of nowhere; the height must not sink below its block.
      this.#height = Math.max(block?.base ?? 0, this.#height + stackEffect(this.#module, instruction))
    }
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) this.#open(instruction.blockType)
    this.#deepest = Math.max(this.#deepest, this.#height)
  }

  #open(blockType: number): void {
    const type = blockType >= 0 ? this.#module.types[blockType] : undefined
    const params = type?.params.length ?? 0
    const results = type?.results.length ?? (blockType === NO_VALUES ? 0 : 1)
    this.#blocks.push({ base: Math.max(0, this.#height - params), params, results })
  }
}

function slotBytes(type: number): number {
  return type === VALUE_TYPE.v128 ? 16 : 8
}
