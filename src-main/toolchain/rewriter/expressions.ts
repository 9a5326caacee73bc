import { ByteReader } from '../leb128/byte-reader.ts'
import { ByteWriter } from '../leb128/byte-writer.ts'
import { readConstExpression } from '../wasm/const-expression.ts'
import { SECTION } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'
import { remapFunction, type RewriteContext } from './context.ts'

/** The element section with every function index moved. Its eight forms are told apart by three bits. */
export function writeElements(context: RewriteContext, reader: ByteReader): ByteWriter {
  const out = new ByteWriter(reader.end - reader.position + 64)
  const segments = reader.u32()
  out.u32(segments)
  for (let segment = 0; segment < segments; segment++) {
    const form = reader.u32()
    const isPassiveOrDeclared = (form & 1) !== 0
    const namesTableOrKind = (form & 2) !== 0
    const hasExpressions = (form & 4) !== 0
    out.u32(form)
    if (!isPassiveOrDeclared) {
      if (namesTableOrKind) out.u32(reader.u32())
      writeExpression(context, reader, out)
    }
    // The kind of elements, one byte either way: 0x00 for function indices, else a reference type.
    if (isPassiveOrDeclared || namesTableOrKind) out.byte(reader.byte())
    const elements = reader.u32()
    out.u32(elements)
    for (let element = 0; element < elements; element++)
      if (hasExpressions) writeExpression(context, reader, out)
      else out.u32(remapFunction(context, reader.u32()))
  }
  return out
}

/** The module's own globals, without the count in front. */
export function writeGlobals(context: RewriteContext, out: ByteWriter): void {
  const { module } = context
  const range = module.sections.get(SECTION.global)
  if (range === undefined) return
  const reader = new ByteReader(module.bytes, range.start, range.end)
  for (let left = reader.u32(); left > 0; left--) {
    out.byte(reader.byte()).byte(reader.byte())
    writeExpression(context, reader, out)
  }
}

function writeExpression(context: RewriteContext, reader: ByteReader, out: ByteWriter): void {
  let copied = reader.position
  const references = readConstExpression(reader)
  for (const { start, end, functionIndex } of references) {
    out.raw(reader.bytes.subarray(copied, start)).byte(OP.refFunc).u32(remapFunction(context, functionIndex))
    copied = end
  }
  out.raw(reader.bytes.subarray(copied, reader.position))
}
