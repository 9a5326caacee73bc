import { ByteReader } from '../../src-main/toolchain/leb128/byte-reader.ts'
import { ByteWriter } from '../../src-main/toolchain/leb128/byte-writer.ts'
import { decodeModule } from '../../src-main/toolchain/wasm/decoder.ts'
import { SECTION } from '../../src-main/toolchain/wasm/module.ts'

/** A module of at least `bytes` bytes: the given one with its functions again and again, real code of its kind. */
export function largeModule(original: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const { sections, functionTypes, bodies } = decodeModule(original)
  const code = sections.get(SECTION.code)
  if (code === undefined) throw new Error('the module has no code')
  const reader = new ByteReader(original, code.start, code.end)
  reader.u32()
  const all = original.subarray(reader.position, code.end)
  const copies = Math.ceil(bytes / all.length)
  const out = new ByteWriter(bytes + original.length).raw(original.subarray(0, 8))
  for (const [id, { start, end }] of [...sections].sort(([, a], [, b]) => a.start - b.start)) {
    const content = new ByteWriter(end - start)
    if (id === SECTION.function) {
      content.u32(functionTypes.length * copies)
      for (let copy = 0; copy < copies; copy++) for (const type of functionTypes) content.u32(type)
    } else if (id === SECTION.code) {
      content.u32(bodies.length * copies)
      for (let copy = 0; copy < copies; copy++) content.raw(all)
    } else content.raw(original.subarray(start, end))
    out.byte(id).sized(content)
  }
  return out.toBytes()
}
