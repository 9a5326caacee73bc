import type { BodyCode } from '../wasm/body-code.ts'
import { isSimdCode } from '../wasm/codes.ts'
import { VALUE_TYPE, type FunctionBody, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'
import { stackEffect } from '../wasm/stack-effect.ts'

/** Return address, frame pointer, instance, feedback and callee-saved registers, and what the rewriter adds. */
const FIXED_BYTES = 128
const NO_VALUES = -64

/**
 * Bounds the machine stack of one activation, in bytes: a slot for every local and for every operand at the deepest
 * point. Compilers keep most of these in registers; the bound has to hold for the ones that keep none.
 */
export function frameBound(
  module: WasmModule,
  body: FunctionBody,
  type: FunctionType,
  code: BodyCode,
): number {
  let localBytes = 0
  for (const param of type.params) localBytes += slotBytes(param)
  for (const { count, type: local } of body.locals) localBytes += count * slotBytes(local)
  let operandBytes = 8
  let height = 0
  let deepest = 0
  /** Operands below each open block, and what a block of its type leaves behind. */
  const bases: number[] = []
  const params: number[] = []
  const results: number[] = []
  let base = 0
  for (let at = 0; at < code.count; at++) {
    const op = code.code(at)
    if (isSimdCode(op)) operandBytes = 16
    if (op === OP.else) height = base + (params.at(-1) ?? 0)
    else if (op === OP.end) {
      height = base + (results.pop() ?? 0)
      params.pop()
      bases.pop()
      base = bases.at(-1) ?? 0
    } else {
      // Behind an unconditional branch operands come out of nowhere; the height must not sink below its block.
      height = Math.max(base, height + stackEffect(module, code, at))
      if (op === OP.block || op === OP.loop || op === OP.if) {
        const blockType = code.index(at)
        const signature = blockType >= 0 ? module.types[blockType] : undefined
        const taken = signature?.params.length ?? 0
        base = Math.max(0, height - taken)
        bases.push(base)
        params.push(taken)
        results.push(signature?.results.length ?? (blockType === NO_VALUES ? 0 : 1))
      }
    }
    if (height > deepest) deepest = height
  }
  return FIXED_BYTES + localBytes + deepest * operandBytes
}

function slotBytes(type: number): number {
  return type === VALUE_TYPE.v128 ? 16 : 8
}
