import { miscCode } from '../wasm/codes.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import type { BodyWriterComponents } from './body-writer.ts'
import { writeBulk } from './bulk-operations.ts'
import { canonicaliseNan } from './canonical-nan.ts'
import { remapFunction } from './context.ts'
import { isBulk } from './survey-body.ts'

/** Locals that the rewriter adds to a function, by index; -1 where the function does not need one. */
export interface ScratchLocals {
  readonly fuel: number
  /** The stack that is left for what the function calls, i64. */
  readonly room: number
  readonly f32: number
  readonly f64: number
  readonly elements: number
  /** Upper bound of the machine stack that one activation takes. */
  readonly frameBytes: number
}

/** Whether {@link writeInstruction} writes something else than the original. */
export function isRewritten(code: number): boolean {
  switch (code) {
    case OP.call:
    case OP.returnCall:
    case OP.callIndirect:
    case OP.returnCallIndirect:
    case OP.refFunc:
    case OP.memoryGrow:
    case OP.i32ReinterpretF32:
    case OP.f32Copysign:
    case OP.i64ReinterpretF64:
    case OP.f64Copysign:
      return true
    default:
      return isBulk(code)
  }
}

export function writeInstruction({ context, body, out, scratch }: BodyWriterComponents, at: number): void {
  const code = body.code(at)
  const index = body.index(at)
  const original = (): void => {
    out.copy(context.module.bytes, body.start(at), body.start(at + 1))
  }
  switch (code) {
    case OP.call:
      // The host's functions run on the host's reserve.
      if (index >= context.module.imports.length) out.leaveRoom(scratch.room)
      out.op(OP.call, remapFunction(context, index))
      return
    case OP.callIndirect:
      out.leaveRoom(scratch.room)
      break
    case OP.returnCall:
      if (index >= context.module.imports.length) out.giveRoomBack(scratch.frameBytes, scratch.room)
      out.op(OP.returnCall, remapFunction(context, index))
      return
    case OP.returnCallIndirect:
      out.giveRoomBack(scratch.frameBytes, scratch.room)
      break
    case OP.refFunc:
      out.op(OP.refFunc, remapFunction(context, index))
      return
    case OP.memoryGrow:
      out.op(OP.call, context.functions.growMemory)
      return
    case OP.i32ReinterpretF32:
    case OP.f32Copysign:
      canonicaliseNan(out, 'f32', scratch.f32)
      break
    case OP.i64ReinterpretF64:
    case OP.f64Copysign:
      canonicaliseNan(out, 'f64', scratch.f64)
      break
    case miscCode(MISC.tableGrow):
      out.op(OP.call, context.functions.chargeElements).op(OP.localTee, scratch.elements)
      original()
      out.op(OP.localGet, scratch.elements).op(OP.call, context.functions.firstTableGuard + index)
      return
    default:
      writeBulk(context, out, body, at)
      return
  }
  original()
}
