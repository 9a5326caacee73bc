import { ByteReader } from '../leb128/byte-reader.ts'
import { ByteWriter } from '../leb128/byte-writer.ts'
import { CHECKPOINT_ABI, METER_ABI, REWRITER_VERSION, STAMP_SECTION } from '../meter-abi.ts'
import { refused } from '../refusals.ts'
import { WASM_HEADER } from '../wasm/header.ts'
import { EXTERNAL_KIND, SECTION, VALUE_TYPE, type WasmModule } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import {
  createContext,
  HELPER_COUNT,
  OWN_TYPES,
  remapFunction,
  STACK_ROOM_BYTES,
  type RewriteContext,
  type YieldSites,
} from './context.ts'
import { writeElements, writeGlobals } from './expressions.ts'
import { helperBodies, tableMax } from './helpers.ts'
import { BranchHints } from './branch-hints.ts'
import { BodyRewriter } from './rewrite-body.ts'

const FUNCTION_TYPE = 0x60
const MUTABLE = 1
/** Host failure and stack overflow. */
const FLAG_COUNT = 2

/**
 * Writes a module that does the same and pays for it: fuel, memory limit and stack bound are part of the code.
 * The module must have passed the policy. Custom sections are dropped: names in them would be off by one.
 * With `yields` it calls the import `yield` at these sites, but cannot be unwound yet.
 */
export function rewriteModule(
  module: WasmModule,
  memoryLimitPages: number,
  yields?: YieldSites,
): Uint8Array<ArrayBuffer> {
  const own = module.memories[0]?.max ?? memoryLimitPages
  const context = createContext(module, Math.min(memoryLimitPages, own), yields)
  const hints = new BranchHints()
  const code = writeCode(context, hints)
  const out = new ByteWriter(module.bytes.length * 2).raw(WASM_HEADER)
  const section = (id: number, content: ByteWriter | undefined): void => {
    if (content !== undefined) out.byte(id).sized(content)
  }
  // The order that the binary format asks for.
  section(SECTION.type, writeTypes(context))
  section(SECTION.import, writeImports(context))
  section(SECTION.function, writeFunctions(context))
  section(SECTION.table, writeTables(module))
  section(SECTION.memory, writeMemory(context))
  section(SECTION.global, writeOwnGlobals(context))
  section(SECTION.export, writeExports(context))
  section(
    SECTION.element,
    copyOf(module, SECTION.element, (reader) => writeElements(context, reader)),
  )
  section(SECTION.dataCount, copyOf(module, SECTION.dataCount))
  section(SECTION.custom, hints.section())
  section(SECTION.code, code)
  section(SECTION.data, copyOf(module, SECTION.data))
  section(SECTION.custom, new ByteWriter().name(STAMP_SECTION).u32(REWRITER_VERSION))
  return out.toBytes()
}

function copyOf(
  module: WasmModule,
  id: number,
  convert: (reader: ByteReader) => ByteWriter = (reader) =>
    new ByteWriter().raw(reader.bytes.subarray(reader.position, reader.end)),
): ByteWriter | undefined {
  const range = module.sections.get(id)
  return range === undefined ? undefined : convert(new ByteReader(module.bytes, range.start, range.end))
}

/** A vector of `count` own entries (the section as it is), to which the caller appends `added` more. */
function extendVector({ module }: RewriteContext, id: number, count: number, added: number): ByteWriter {
  const out = new ByteWriter().u32(count + added)
  const range = module.sections.get(id)
  if (range === undefined) return out
  const reader = new ByteReader(module.bytes, range.start, range.end)
  reader.u32()
  return out.raw(module.bytes.subarray(reader.position, reader.end))
}

function writeTypes(context: RewriteContext): ByteWriter {
  const out = extendVector(context, SECTION.type, context.module.types.length, OWN_TYPES.length)
  for (const { params, results } of OWN_TYPES)
    out.byte(FUNCTION_TYPE).u32(params.length).raw(params).u32(results.length).raw(results)
  return out
}

function writeImports(context: RewriteContext): ByteWriter {
  const { module, addedImports, types } = context
  const out = extendVector(context, SECTION.import, module.imports.length, addedImports)
  for (const name of [METER_ABI.tick, CHECKPOINT_ABI.yield].slice(0, addedImports))
    out.name(METER_ABI.importModule).name(name).byte(EXTERNAL_KIND.function).u32(types.tick)
  return out
}

function writeFunctions(context: RewriteContext): ByteWriter {
  const { module, types, bulk } = context
  const added = HELPER_COUNT + module.tables.length + bulk.all.length
  const out = extendVector(context, SECTION.function, module.functionTypes.length, added)
  for (let helper = 0; helper < HELPER_COUNT; helper++) out.u32(types.unary)
  for (let guard = 0; guard < module.tables.length; guard++) out.u32(types.binary)
  for (const { sub, index } of bulk.all)
    if (sub !== MISC.tableFill) out.u32(types.bulk)
    else {
      const isExternal = module.tables[index]?.elementType === VALUE_TYPE.externref
      out.u32(isExternal ? types.fillExternals : types.fillFunctions)
    }
  return out
}

function writeTables({ tables }: WasmModule): ByteWriter | undefined {
  if (tables.length === 0) return undefined
  const out = new ByteWriter().u32(tables.length)
  for (const table of tables) out.byte(table.elementType).byte(1).u32(table.min).u32(tableMax(table))
  return out
}

function writeMemory({ module, memoryMaxPages }: RewriteContext): ByteWriter {
  const min = module.memories[0]?.min ?? 0
  if (min > memoryMaxPages)
    throw refused(
      `it starts with ${String(min)} pages of memory, more than the limit of ${String(memoryMaxPages)}`,
    )
  return new ByteWriter().u32(1).byte(1).u32(min).u32(memoryMaxPages)
}

function writeOwnGlobals(context: RewriteContext): ByteWriter {
  const out = new ByteWriter().u32(context.module.globalCount + context.addedGlobals)
  writeGlobals(context, out)
  out.raw([VALUE_TYPE.i64, MUTABLE, OP.i64Const, 0, OP.end])
  out.byte(VALUE_TYPE.i64).byte(MUTABLE).byte(OP.i64Const).signed(STACK_ROOM_BYTES).byte(OP.end)
  for (let flag = 0; flag < FLAG_COUNT; flag++) out.raw([VALUE_TYPE.i32, MUTABLE, OP.i32Const, 0, OP.end])
  if (context.yields !== undefined) out.raw([VALUE_TYPE.i64, MUTABLE, OP.i64Const, 0, OP.end])
  return out
}

function writeExports(context: RewriteContext): ByteWriter {
  const { module, globals } = context
  const own = [
    [METER_ABI.fuelExport, globals.fuel],
    [METER_ABI.hostFailureExport, globals.hostFailure],
    [METER_ABI.stackOverflowExport, globals.stackOverflow],
    [METER_ABI.stackRoomExport, globals.room],
    ...(context.yields === undefined ? [] : [[CHECKPOINT_ABI.wantedExport, globals.wanted] as const]),
  ] as const
  const out = new ByteWriter().u32(module.exports.length + own.length)
  for (const { name, kind, index } of module.exports)
    out
      .name(name)
      .byte(kind)
      .u32(kind === EXTERNAL_KIND.function ? remapFunction(context, index) : index)
  for (const [name, index] of own) out.name(name).byte(EXTERNAL_KIND.global).u32(index)
  return out
}

function writeCode(context: RewriteContext, hints: BranchHints): ByteWriter {
  const { bodies, bytes } = context.module
  const rewriter = new BodyRewriter(context)
  const own = new ByteWriter(bytes.length * 2)
  const first = context.module.imports.length + context.addedImports
  for (const [index, body] of bodies.entries()) {
    const rewritten = rewriter.rewrite(body, index)
    hints.add(first + index, rewritten.unlikely)
    own.sized(rewritten)
  }
  const helpers = helperBodies(context)
  const out = new ByteWriter(own.length + 65_536).u32(bodies.length + helpers.length).raw(own.view())
  for (const helper of helpers) out.sized(helper)
  return out
}
