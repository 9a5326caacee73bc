import { BULK_BYTE_SHIFT, GROW_PAGE_SHIFT, TABLE_ELEMENT_SHIFT } from '../cost-table.ts'
import { TABLE_ELEMENTS_MAX } from '../policy.ts'
import type { ByteWriter } from '../leb128/byte-writer.ts'
import { VALUE_TYPE, type SizeLimits } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import { bulkFunction } from './bulk-functions.ts'
import { CodeWriter } from './code-writer.ts'
import type { RewriteContext } from './context.ts'

/**
 * Bodies of the functions that the rewriter adds, in the order of {@link RewriteContext.functions}. To be called when
 * all others are rewritten: only then it is known which bulk operations there are.
 */
export function helperBodies(context: RewriteContext): ByteWriter[] {
  return [
    chargeLength(context, BULK_BYTE_SHIFT),
    chargeLength(context, TABLE_ELEMENT_SHIFT),
    growMemory(context),
    ...context.module.tables.map((table, index) => tableGuard(context, index, table)),
    ...context.bulk.all.map((wanted) => bulkFunction(context, wanted)),
  ]
}

/** Elements a table may grow to. */
export function tableMax(table: SizeLimits): number {
  return Math.min(table.max ?? TABLE_ELEMENTS_MAX, TABLE_ELEMENTS_MAX)
}

/** fuel -= length << shift; if (fuel < 0) tick(); return length */
function chargeLength(context: RewriteContext, shift: number): ByteWriter {
  const code = new CodeWriter(context).u32(0)
  code.chargeOperand(0, shift).checkGlobal()
  return code.op(OP.localGet, 0).op(OP.end)
}

/**
 * Beyond the limit the answer is -1 on every machine and costs nothing more. Below it the pages are charged, and a
 * host that cannot give them must not let the unit see that: it traps as a host failure.
 */
function growMemory(context: RewriteContext): ByteWriter {
  const pages = 0
  const previous = 1
  const code = new CodeWriter(context).u32(1).u32(1).byte(VALUE_TYPE.i32)
  code.op(OP.localGet, pages).op(OP.i64ExtendI32U)
  code.op(OP.memorySize, 0).op(OP.i64ExtendI32U).op(OP.i64Add)
  code.i64(context.memoryMaxPages).op(OP.i64GtU)
  code.if().i32(-1).op(OP.return).op(OP.end)
  code.chargeOperand(pages, GROW_PAGE_SHIFT).checkGlobal()
  code.op(OP.localGet, pages).op(OP.memoryGrow, 0).op(OP.localTee, previous)
  code.i32(-1).op(OP.i32Eq).if().failHost().op(OP.end)
  return code.op(OP.localGet, previous).op(OP.end)
}

/** The same for table.grow, looking at its result: -1 is the unit's own doing only beyond the table's maximum. */
function tableGuard(context: RewriteContext, index: number, table: SizeLimits): ByteWriter {
  const result = 0
  const elements = 1
  const code = new CodeWriter(context).u32(0)
  code.op(OP.localGet, result).i32(-1).op(OP.i32Eq).if()
  code.op(OP.miscPrefix, MISC.tableSize).u32(index).op(OP.i64ExtendI32U)
  code.op(OP.localGet, elements).op(OP.i64ExtendI32U).op(OP.i64Add)
  code.i64(tableMax(table)).op(OP.i64LeU).if().failHost().op(OP.end)
  return code.op(OP.end).op(OP.localGet, result).op(OP.end)
}
