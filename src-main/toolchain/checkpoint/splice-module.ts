import { ByteReader } from '../leb128/byte-reader.ts'
import { ByteWriter } from '../leb128/byte-writer.ts'
import { CHECKPOINT_ABI, REWRITER_VERSION, STAMP_SECTION } from '../meter-abi.ts'
import { BranchHints, type ReadBranchHints } from '../rewriter/branch-hints.ts'
import { WASM_HEADER } from '../wasm/header.ts'
import { EXTERNAL_KIND, SECTION, VALUE_TYPE, type WasmModule } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'
import { ASYNCIFY_EXPORTS } from './asyncify.ts'
import { globalFunctions, type SavedGlobal } from './global-functions.ts'
import type { TransformedBody } from './transformed-body.ts'
import type { TypeIndices } from './type-indices.ts'

export interface Splice {
  /** The metered module: everything comes from it but the bodies below. */
  readonly metered: WasmModule
  /** What the transformation made of it: functions behind those of `metered` are its own. */
  readonly output: WasmModule
  /** New bodies by own function, those of its own functions included. */
  readonly bodies: ReadonlyMap<number, TransformedBody>
  readonly types: TypeIndices
  /** Of the metered module and of the transformed functions. */
  readonly hints: readonly [ReadBranchHints, ReadBranchHints]
  readonly globals: readonly SavedGlobal[]
  /** Where the saved globals, and behind them the unwound stack, lie in the second memory; its size. */
  readonly globalsAt: number
  readonly stackStart: number
  readonly stackPages: number
}

const FUNCTION_TYPE = 0x60
const MUTABLE = 1
const STACK_MEMORY = 1
const NO_VALUES = { params: [], results: [] }
const HOST_FUNCTIONS = [
  [CHECKPOINT_ABI.startUnwindExport, ASYNCIFY_EXPORTS.startUnwind],
  [CHECKPOINT_ABI.stopUnwindExport, ASYNCIFY_EXPORTS.stopUnwind],
  [CHECKPOINT_ABI.startRewindExport, ASYNCIFY_EXPORTS.startRewind],
  [CHECKPOINT_ABI.stopRewindExport, ASYNCIFY_EXPORTS.stopRewind],
] as const

/** The metered module with the transformed functions in the places of its own, and with what the host needs. */
export function spliceModule(splice: Splice): Uint8Array<ArrayBuffer> {
  const { metered } = splice
  const copy = (id: number): ByteWriter | undefined => {
    const range = metered.sections.get(id)
    return range && new ByteWriter().raw(metered.bytes.subarray(range.start, range.end))
  }
  const { hints, code } = writeCode(splice)
  // First, because they may add types.
  const functions = writeFunctions(splice)
  const out = new ByteWriter(metered.bytes.length * 2).raw(WASM_HEADER)
  const section = (id: number, content: ByteWriter | undefined): void => {
    if (content !== undefined) out.byte(id).sized(content)
  }
  section(SECTION.type, writeTypes(splice))
  section(SECTION.import, copy(SECTION.import))
  section(SECTION.function, functions)
  section(SECTION.table, copy(SECTION.table))
  section(SECTION.memory, writeMemories(splice))
  section(SECTION.global, writeGlobals(splice))
  section(SECTION.export, writeExports(splice))
  section(SECTION.element, copy(SECTION.element))
  section(SECTION.dataCount, copy(SECTION.dataCount))
  section(SECTION.custom, hints.section())
  section(SECTION.code, code)
  section(SECTION.data, copy(SECTION.data))
  section(SECTION.custom, new ByteWriter().name(STAMP_SECTION).u32(REWRITER_VERSION).byte(1))
  return out.toBytes()
}

/** Appends to the entries of a section, which are a vector. */
function extend({ metered }: Splice, id: number, added: number): ByteWriter {
  const range = metered.sections.get(id)
  if (range === undefined) return new ByteWriter().u32(added)
  const reader = new ByteReader(metered.bytes, range.start, range.end)
  const count = reader.u32()
  return new ByteWriter().u32(count + added).raw(metered.bytes.subarray(reader.position, range.end))
}

function writeTypes(splice: Splice): ByteWriter {
  const { added } = splice.types
  const out = extend(splice, SECTION.type, added.length)
  for (const { params, results } of added)
    out.byte(FUNCTION_TYPE).u32(params.length).raw(params).u32(results.length).raw(results)
  return out
}

function writeFunctions(splice: Splice): ByteWriter {
  const { metered, output, types } = splice
  const added = output.functionTypes.slice(metered.functionTypes.length)
  const out = extend(splice, SECTION.function, added.length + 2)
  for (const type of added) out.u32(types.of(output.types[type]))
  const nothing = types.of(NO_VALUES)
  return out.u32(nothing).u32(nothing)
}

function writeMemories(splice: Splice): ByteWriter {
  const { stackPages } = splice
  return extend(splice, SECTION.memory, 1).byte(1).u32(stackPages).u32(stackPages)
}

/** The two of the transformation, which both begin as 0, and where the unwound stack begins. */
function writeGlobals(splice: Splice): ByteWriter {
  const out = extend(splice, SECTION.global, 3)
  for (let count = 0; count < 2; count++) out.raw([VALUE_TYPE.i32, MUTABLE, OP.i32Const, 0, OP.end])
  return out.byte(VALUE_TYPE.i32).byte(0).byte(OP.i32Const).signed(splice.stackStart).byte(OP.end)
}

function writeExports(splice: Splice): ByteWriter {
  const { metered, output } = splice
  const behind = output.imports.length + output.bodies.length
  const own = [
    ...HOST_FUNCTIONS.map(([name, internal]) => {
      const index = output.exports.find((item) => item.name === internal)?.index ?? -1
      return [name, EXTERNAL_KIND.function, index] as const
    }),
    [CHECKPOINT_ABI.saveGlobalsExport, EXTERNAL_KIND.function, behind],
    [CHECKPOINT_ABI.loadGlobalsExport, EXTERNAL_KIND.function, behind + 1],
    [CHECKPOINT_ABI.stackMemoryExport, EXTERNAL_KIND.memory, STACK_MEMORY],
    [CHECKPOINT_ABI.stackStartExport, EXTERNAL_KIND.global, metered.globalCount + 2],
  ] as const
  const out = extend(splice, SECTION.export, own.length)
  for (const [name, kind, index] of own) out.name(name).byte(kind).u32(index)
  return out
}

function writeCode(splice: Splice): { readonly hints: BranchHints; readonly code: ByteWriter } {
  const { metered, output, bodies } = splice
  const hints = new BranchHints()
  const first = metered.imports.length
  const code = new ByteWriter(metered.bytes.length * 2).u32(output.bodies.length + 2)
  for (let own = 0; own < output.bodies.length; own++) {
    const transformed = bodies.get(own)
    const body = metered.bodies[own]
    hints.addFrom(splice.hints[transformed === undefined ? 0 : 1], first + own, transformed?.move)
    if (transformed !== undefined) code.sized(transformed.bytes)
    else if (body !== undefined) code.u32(body.end - body.start).copy(metered.bytes, body.start, body.end)
  }
  const { save, load } = globalFunctions(splice.globals, splice.globalsAt)
  return { hints, code: code.sized(save).sized(load) }
}
