import { ByteWriter } from '../../leb128/byte-writer.ts'
import type { WasmModule } from '../../wasm/module.ts'
import { OP } from '../../wasm/opcodes.ts'
import { ASYNCIFY_EXPORTS } from '../asyncify.ts'
import { MODE } from './flow.ts'

const NO_RESULT = 0x40
const I32_LOAD = 0x28
/** Alignment to four bytes, and that the index of the memory follows. */
const WORD_OF_MEMORY = 0x42
const STACK_MEMORY = 1

/**
 * The functions that Asyncify adds, behind all others and in this order, as their bodies have to be: each sets the mode
 * and looks whether the unwound stack is within its room.
 */
function bodies(
  modeGlobal: number,
): readonly (readonly [exportedAs: string | undefined, body: ByteWriter])[] {
  const headGlobal = modeGlobal + 1
  const access = (offset: number, out: ByteWriter): void => {
    out.byte(OP.globalGet).u32(headGlobal)
    out.byte(I32_LOAD).byte(WORD_OF_MEMORY).u32(STACK_MEMORY).u32(offset)
  }
  const setter = (mode: number, takesHead: boolean): ByteWriter => {
    const out = new ByteWriter().u32(0).byte(OP.i32Const).signed(mode).byte(OP.globalSet).u32(modeGlobal)
    if (takesHead) out.byte(OP.localGet).u32(0).byte(OP.globalSet).u32(headGlobal)
    access(0, out)
    access(4, out)
    return out.raw([I32_GT_U, OP.if, NO_RESULT, OP.unreachable, OP.end, OP.end])
  }
  return [
    [ASYNCIFY_EXPORTS.startUnwind, setter(MODE.unwinding, true)],
    [ASYNCIFY_EXPORTS.stopUnwind, setter(MODE.normal, false)],
    [ASYNCIFY_EXPORTS.startRewind, setter(MODE.rewinding, true)],
    [ASYNCIFY_EXPORTS.stopRewind, setter(MODE.normal, false)],
    [undefined, new ByteWriter().u32(0).byte(OP.globalGet).u32(modeGlobal).byte(OP.end)],
  ]
}

const I32_GT_U = 0x4b

/** Whether the functions behind the first `kept` own ones are exactly Asyncify's. */
export function hasAsyncifyFunctions(output: WasmModule, kept: number, modeGlobal: number): boolean {
  const expected = bodies(modeGlobal)
  if (output.bodies.length !== kept + expected.length) return false
  return expected.every(([exportedAs, body], place) => {
    const found = output.bodies[kept + place]
    if (found === undefined) return false
    const index = output.imports.length + kept + place
    const isNamed =
      exportedAs === undefined || output.exports.find(({ name }) => name === exportedAs)?.index === index
    return isNamed && isEqual(output.bytes.subarray(found.start, found.end), body.view())
  })
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
