import type { BodyCode } from '../wasm/body-code.ts'
import { CODE_COUNT, miscCode } from '../wasm/codes.ts'
import type { WasmModule } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'

/** What the emitter has to know about a function before it writes the first byte. */
export interface BodySurvey {
  /** Whether the rewritten code calls anything, be it one of the rewriter's own functions. */
  readonly calls: boolean
  /** Whether it calls a function of the module, directly or through a table. */
  readonly callsOwn: boolean
  readonly loops: boolean
  readonly readsF32Bits: boolean
  readonly readsF64Bits: boolean
  readonly growsTable: boolean
}

export function surveyBody(module: WasmModule, body: BodyCode): BodySurvey {
  const found = {
    calls: false,
    callsOwn: false,
    loops: false,
    readsF32Bits: false,
    readsF64Bits: false,
    growsTable: false,
  }
  for (let at = 0; at < body.count; at++) {
    const code = body.code(at)
    if (OF_INTEREST[code] === 0) continue
    if (isCall(code)) found.calls = true
    switch (code) {
      case OP.loop:
        found.loops = true
        break
      case OP.call:
      case OP.returnCall:
        found.callsOwn ||= body.index(at) >= module.imports.length
        break
      case OP.callIndirect:
      case OP.returnCallIndirect:
        found.callsOwn = true
        break
      case OP.i32ReinterpretF32:
      case OP.f32Copysign:
        found.readsF32Bits = true
        break
      case OP.i64ReinterpretF64:
      case OP.f64Copysign:
        found.readsF64Bits = true
        break
      case TABLE_GROW:
        found.growsTable = true
    }
  }
  return found
}

/** Most instructions are none of these. */
const OF_INTEREST = new Uint8Array(CODE_COUNT)
for (let code = 0; code < CODE_COUNT; code++)
  if (isCall(code) || code === OP.loop || readsBits(code)) OF_INTEREST[code] = 1

function readsBits(code: number): boolean {
  return (
    code === OP.i32ReinterpretF32 ||
    code === OP.f32Copysign ||
    code === OP.i64ReinterpretF64 ||
    code === OP.f64Copysign
  )
}

const TABLE_GROW = miscCode(MISC.tableGrow)

/** Whether the rewritten instruction calls something and comes back: fuel may have been charged and the quantum spent. */
export function isReturningCall(code: number): boolean {
  return code === OP.call || code === OP.callIndirect || code === OP.memoryGrow || isBulk(code)
}

/** Whether the rewritten instruction calls something. */
export function isCall(code: number): boolean {
  return isReturningCall(code) || code === OP.returnCall || code === OP.returnCallIndirect
}

/** Operations whose time depends on a length. */
export function isBulk(code: number): boolean {
  return (
    code >= miscCode(MISC.memoryInit) &&
    code <= miscCode(MISC.tableFill) &&
    code !== miscCode(MISC.dataDrop) &&
    code !== miscCode(MISC.elemDrop) &&
    code !== miscCode(MISC.tableSize)
  )
}
