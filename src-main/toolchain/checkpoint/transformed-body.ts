import { malformed } from '../refusals.ts'
import { ByteWriter } from '../leb128/byte-writer.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import { CODE_COUNT, isSimdCode, simdCode } from '../wasm/codes.ts'
import type { WasmModule } from '../wasm/module.ts'
import { OP, SIMD } from '../wasm/opcodes.ts'
import { frameBound } from '../rewriter/frame-bound.ts'
import type { TypeIndices } from './type-indices.ts'

const STACK_MEMORY = 1

/** A function as the transformation wrote it, ready for the module that it came from. */
export interface TransformedBody {
  readonly bytes: ByteWriter
  /** Bound of the machine stack that one activation takes. */
  readonly frameBytes: number
  /** Bound of what one activation leaves on the unwound stack. */
  readonly savedBytes: number
  /** Where an instruction is now; offsets count from the beginning of the body. */
  readonly move: (offset: number) => number
}

/**
 * Takes own function `own` of `module`, which `code` holds. Types are numbered anew there, everything else has the
 * index that it had. It traps where it would make one of the calls at the places `neverCalled`.
 */
export function transformedBody(
  module: WasmModule,
  own: number,
  code: BodyCode,
  types: TypeIndices,
  neverCalled: ReadonlySet<number> = new Set(),
): TransformedBody {
  const body = module.bodies[own]
  const type = module.types[module.functionTypes[own] ?? -1]
  if (body === undefined || type === undefined) throw malformed('a transformed function is missing')
  const out = new ByteWriter(body.end - body.start + 64)
  let copied = body.start
  /** Behind these offsets everything has moved by so much. */
  const moves: { readonly behind: number; readonly by: number }[] = []
  const replace = (at: number, until: number, write: () => void): void => {
    out.copy(module.bytes, copied, code.start(at))
    write()
    copied = until
    const by = out.length - (copied - body.start)
    if (by !== (moves.at(-1)?.by ?? 0)) moves.push({ behind: code.start(at) - body.start, by })
  }
  let savedBytes = 0
  for (let at = 0; at < code.count; at++) {
    const op = code.code(at)
    const index = code.index(at)
    const next = code.start(at + 1)
    if (neverCalled.has(at)) replace(at, code.start(at), () => out.byte(OP.unreachable))
    if ((op === OP.block || op === OP.loop || op === OP.if) && index >= 0)
      replace(at, next, () => out.byte(op).signed(types.of(module.types[index])))
    else if (op === OP.callIndirect)
      replace(at, next, () => out.byte(op).u32(types.of(module.types[index])).u32(code.secondIndex(at)))
    else if (code.secondIndex(at) === STACK_MEMORY) savedBytes += STORED_BYTES[op] ?? 0
  }
  out.copy(module.bytes, copied, body.end)
  const move = (offset: number): number => offset + (moves.findLast(({ behind }) => behind < offset)?.by ?? 0)
  return { bytes: out, frameBytes: frameBound(module, body, type, code), savedBytes, move }
}

/** Every local is stored once when its function is left, each store moves the end of the stack by what it writes. */
const STORED_BYTES = storedBytes()

function storedBytes(): Uint8Array {
  const table = new Uint8Array(CODE_COUNT)
  table.fill(8, OP.firstStore, OP.lastStore + 1)
  for (let code = 0; code < CODE_COUNT; code++) if (isSimdCode(code)) table[code] = 0
  table[simdCode(SIMD.store)] = 16
  return table
}
