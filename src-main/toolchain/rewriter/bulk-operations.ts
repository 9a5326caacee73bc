import { refused } from '../refusals.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import { miscCode } from '../wasm/codes.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import { BULK_PIECE, type BulkFunction } from './bulk-functions.ts'
import type { CodeWriter } from './code-writer.ts'
import type { RewriteContext } from './context.ts'

/** More than any compiler makes; each one is a function of some 100 bytes, made from an instruction of six. */
const BULK_FUNCTIONS_MAX = 1024

/** The functions that stand for bulk operations, found or made as they are needed, in the order of their indices. */
export class BulkFunctions {
  readonly all: BulkFunction[] = []
  readonly #byName = new Map<string, number>()

  /** Place of the function in {@link all}. */
  place(wanted: BulkFunction): number {
    const name = [wanted.sub, wanted.index, wanted.secondIndex].join()
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.all.length === BULK_FUNCTIONS_MAX) throw refused('too many bulk operations on long segments')
    this.#byName.set(name, this.all.length)
    return this.all.push(wanted) - 1
  }
}

/** Writes a call of the function that does the bulk operation piece by piece, and pays for each piece before. */
export function writeBulk(context: RewriteContext, out: CodeWriter, body: BodyCode, at: number): void {
  const sub = body.code(at) - miscCode(0)
  const [index, secondIndex] = [body.index(at), body.secondIndex(at)]
  const inOnePiece =
    (sub === MISC.memoryInit && (context.dataLengths[index] ?? 0) <= BULK_PIECE.bytes) ||
    (sub === MISC.tableInit && (context.elementCounts[index] ?? 0) <= BULK_PIECE.elements)
  if (inOnePiece) {
    // Whatever the length operand says: beyond the segment's end it traps.
    const { chargeBytes, chargeElements } = context.functions
    out.op(OP.call, sub === MISC.memoryInit ? chargeBytes : chargeElements)
    out.copy(context.module.bytes, body.start(at), body.start(at + 1))
    return
  }
  out.op(OP.call, context.functions.firstBulk + context.bulk.place({ sub, index, secondIndex }))
}
