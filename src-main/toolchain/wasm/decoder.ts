import { ByteReader } from '../leb128/byte-reader.ts'
import { malformed, refused } from '../refusals.ts'
import { readConstExpression } from './const-expression.ts'
import { WASM_HEADER } from './header.ts'
import { isReferenceType, isValueType } from './instruction.ts'
import {
  EXTERNAL_KIND,
  SECTION,
  type ByteRange,
  type FunctionBody,
  type FunctionType,
  type ModuleExport,
  type ModuleImport,
  type SizeLimits,
  type TableType,
  type WasmModule,
} from './module.ts'

const TAG_SECTION = 13
const FUNCTION_TYPE = 0x60
const TABLE_WITH_INITIALISER = 0x40

/**
 * Decodes the sections of a module; instructions stay bytes.
 * Throws `module-malformed`, or `module-refused` where a section uses a proposal that is not accepted.
 */
export function decodeModule(bytes: Uint8Array): WasmModule {
  const sections = findSections(bytes)
  const read = <T>(id: number, one: (reader: ByteReader) => T): T[] =>
    readVector(bytes, sections.get(id), one)
  const functionTypes = read(SECTION.function, (reader) => reader.u32())
  const bodies = read(SECTION.code, readBody)
  if (bodies.length !== functionTypes.length) throw malformed('functions and bodies differ in number')
  return {
    bytes,
    sections,
    types: read(SECTION.type, readFunctionType),
    imports: read(SECTION.import, readImport),
    functionTypes,
    tables: read(SECTION.table, readTable),
    memories: read(SECTION.memory, readLimits),
    globalCount: read(SECTION.global, readGlobal).length,
    exports: read(SECTION.export, readExport),
    bodies,
    hasStart: sections.has(SECTION.start),
  }
}

function findSections(bytes: Uint8Array): ReadonlyMap<number, ByteRange> {
  const reader = new ByteReader(bytes)
  for (const expected of WASM_HEADER)
    if (reader.byte() !== expected) throw malformed('no WebAssembly 1 header', reader.position - 1)
  const sections = new Map<number, ByteRange>()
  while (!reader.done) {
    const at = reader.position
    const id = reader.byte()
    const length = reader.u32()
    const start = reader.position
    reader.skip(length)
    if (id === SECTION.custom) continue
    if (id === TAG_SECTION) throw refused('exceptions')
    if (id > SECTION.dataCount) throw refused(`unknown section ${String(id)}`)
    if (sections.has(id)) throw malformed(`section ${String(id)} twice`, at)
    sections.set(id, { start, end: reader.position })
  }
  return sections
}

function readVector<T>(bytes: Uint8Array, range: ByteRange | undefined, one: (reader: ByteReader) => T): T[] {
  if (range === undefined) return []
  const reader = new ByteReader(bytes, range.start, range.end)
  const items: T[] = []
  for (let left = reader.u32(); left > 0; left--) items.push(one(reader))
  if (!reader.done) throw malformed('section longer than its content', reader.position)
  return items
}

function readFunctionType(reader: ByteReader): FunctionType {
  if (reader.byte() !== FUNCTION_TYPE) throw refused('garbage collection types')
  return { params: readValueTypes(reader), results: readValueTypes(reader) }
}

function readValueTypes(reader: ByteReader): number[] {
  const types: number[] = []
  for (let left = reader.u32(); left > 0; left--) types.push(readValueType(reader))
  return types
}

function readValueType(reader: ByteReader): number {
  const type = reader.byte()
  if (!isValueType(type)) throw refused(`value type 0x${type.toString(16)}`)
  return type
}

function readImport(reader: ByteReader): ModuleImport {
  const module = reader.name()
  const name = reader.name()
  const kind = reader.byte()
  // Only functions may be imported, so the descriptions of other kinds need no decoding.
  if (kind !== EXTERNAL_KIND.function) throw refused(`import ${module}.${name} is not a function`)
  return { module, name, typeIndex: reader.u32() }
}

function readTable(reader: ByteReader): TableType {
  const elementType = reader.byte()
  if (elementType === TABLE_WITH_INITIALISER || !isReferenceType(elementType))
    throw refused('typed references')
  return { elementType, ...readLimits(reader) }
}

function readLimits(reader: ByteReader): SizeLimits {
  const flags = reader.byte()
  if ((flags & 0x02) !== 0) throw refused('shared memory')
  if ((flags & 0x04) !== 0) throw refused('64-bit memory')
  if (flags > 1) throw refused('custom page sizes')
  const min = reader.u32()
  return flags === 0 ? { min } : { min, max: reader.u32() }
}

function readGlobal(reader: ByteReader): void {
  readValueType(reader)
  reader.byte()
  readConstExpression(reader)
}

function readExport(reader: ByteReader): ModuleExport {
  return { name: reader.name(), kind: reader.byte(), index: reader.u32() }
}

function readBody(reader: ByteReader): FunctionBody {
  const body = reader.window(reader.u32())
  const start = body.position
  const locals: { count: number; type: number }[] = []
  let localCount = 0
  for (let left = body.u32(); left > 0; left--) {
    const count = body.u32()
    locals.push({ count, type: readValueType(body) })
    localCount += count
  }
  return { start, code: body.position, end: body.end, locals, localCount }
}
