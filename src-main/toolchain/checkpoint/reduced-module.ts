import { ByteWriter } from '../leb128/byte-writer.ts'
import { SECTION, type ByteRange, type WasmModule } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'
import { WASM_HEADER } from '../wasm/header.ts'

/** A function that is not looked at: no locals, and no way through. */
const STUB = [0, OP.unreachable, OP.end]
const COPIED = [SECTION.type, SECTION.import, SECTION.function, SECTION.table, SECTION.memory, SECTION.global]

/**
 * The module with the bodies of these own functions alone, and without data and elements: all that the transformation
 * has to see, and all that it can get wrong. Indices stay what they are.
 * @param kept ascending
 * @param hints the kept functions' branch hints, a custom section
 */
export function reducedModule(
  module: WasmModule,
  kept: readonly number[],
  hints: ByteWriter,
): Uint8Array<ArrayBuffer> {
  const { bytes, sections, bodies } = module
  const out = new ByteWriter(bytes.length).raw(WASM_HEADER)
  const copy = ({ start, end }: ByteRange): ByteWriter => new ByteWriter().raw(bytes.subarray(start, end))
  for (const id of COPIED) {
    const range = sections.get(id)
    if (range !== undefined) out.byte(id).sized(copy(range))
  }
  const isKept = new Set(kept)
  const code = new ByteWriter().u32(bodies.length)
  for (const [own, body] of bodies.entries())
    code.sized(isKept.has(own) ? copy(body) : new ByteWriter(4).raw(STUB))
  out.byte(SECTION.custom).sized(hints)
  return out.byte(SECTION.code).sized(code).toBytes()
}
