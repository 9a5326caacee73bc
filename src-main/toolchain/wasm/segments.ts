import { ByteReader } from '../leb128/byte-reader.ts'
import { readConstExpression } from './const-expression.ts'
import { SECTION, type WasmModule } from './module.ts'

/** Bytes of each data segment. */
export function dataLengths(module: WasmModule): number[] {
  return segmentLengths(module, SECTION.data, (reader) => {
    const form = reader.u32()
    if (form === 2) reader.u32()
    if (form !== 1) readConstExpression(reader)
    const length = reader.u32()
    reader.skip(length)
    return length
  })
}

/** Elements of each element segment. Its eight forms are told apart by three bits. */
export function elementCounts(module: WasmModule): number[] {
  return segmentLengths(module, SECTION.element, (reader) => {
    const form = reader.u32()
    const [isPassiveOrDeclared, namesTableOrKind] = [(form & 1) !== 0, (form & 2) !== 0]
    if (!isPassiveOrDeclared) {
      if (namesTableOrKind) reader.u32()
      readConstExpression(reader)
    }
    if (isPassiveOrDeclared || namesTableOrKind) reader.byte()
    const count = reader.u32()
    for (let left = count; left > 0; left--)
      if ((form & 4) !== 0) readConstExpression(reader)
      else reader.u32()
    return count
  })
}

function segmentLengths(module: WasmModule, section: number, one: (reader: ByteReader) => number): number[] {
  const range = module.sections.get(section)
  if (range === undefined) return []
  const reader = new ByteReader(module.bytes, range.start, range.end)
  const lengths: number[] = []
  for (let left = reader.u32(); left > 0; left--) lengths.push(one(reader))
  return lengths
}
