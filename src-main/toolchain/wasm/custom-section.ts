import { ByteReader } from '../leb128/byte-reader.ts'
import { WASM_HEADER } from './header.ts'
import { SECTION, type ByteRange } from './module.ts'

/** Content of the first custom section of this name, behind the name; undefined when there is none. */
export function customSection(bytes: Uint8Array, name: string): ByteRange | undefined {
  const reader = new ByteReader(bytes, WASM_HEADER.length)
  while (!reader.done) {
    const id = reader.byte()
    const section = reader.window(reader.u32())
    if (id === SECTION.custom && section.name() === name) return { start: section.position, end: section.end }
  }
  return undefined
}
