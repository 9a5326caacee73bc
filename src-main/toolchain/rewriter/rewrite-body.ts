import { ByteReader } from '../leb128/byte-reader.ts'
import type { ByteWriter } from '../leb128/byte-writer.ts'
import { malformed, refused } from '../refusals.ts'
import { emptyInstruction, readInstruction, type Instruction } from '../wasm/instruction.ts'
import { functionType, VALUE_TYPE, type FunctionBody } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import { analyseBody, type BodyAnalysis, type Charge } from './analyse-body.ts'
import { BranchLabels } from './branch-labels.ts'
import { canonicaliseNan } from './canonical-nan.ts'
import { CodeWriter } from './code-writer.ts'
import { remapFunction, type RewriteContext } from './context.ts'

/**
 * Most stack the activations of one unit may take together by {@link BodyAnalysis.frameBytes}. Chromium's workers
 * have 500 KiB of stack, the smallest of the hosts; the rest is the host's.
 */
const STACK_LIMIT_BYTES = 400 * 1024
/** Functions that call nothing of the module and need no more than this are not checked. */
const LEAF_RESERVE_BYTES = 4 * 1024

/** The policy bounds what the compiler gets of the original; this bounds what metering makes of it. */
const REWRITTEN_BODY_BYTES_MAX = 512 * 1024

/**
 * The new body of own function number `own`: locals, then metered code.
 * Throws `module-refused` when that becomes too large to compile in a bounded time.
 */
export function rewriteBody(context: RewriteContext, body: FunctionBody, own: number): ByteWriter {
  const { module } = context
  const type = functionType(module, module.imports.length + own)
  if (type === undefined) throw malformed('a function has no type', body.start)
  const analysis = analyseBody(module, body, type)
  const scratch = scratchLocals(analysis, type.params.length + body.localCount)
  const out = new CodeWriter(context, (body.end - body.start) * 2 + 64)
  out.u32(body.locals.length + scratch.types.length)
  for (const local of body.locals) out.u32(local.count).byte(local.type)
  for (const local of scratch.types) out.u32(1).byte(local)

  if (analysis.callsOwn) out.checkStack(STACK_LIMIT_BYTES - LEAF_RESERVE_BYTES - analysis.frameBytes)
  else if (analysis.frameBytes > LEAF_RESERVE_BYTES) out.checkStack(STACK_LIMIT_BYTES - analysis.frameBytes)

  const instruction = emptyInstruction()
  const reader = new ByteReader(module.bytes, body.code, body.end)
  const labels = new BranchLabels()
  let nextCharge = 0
  let copied = body.code
  const copyTo = (offset: number): void => {
    if (offset > copied) out.raw(module.bytes.subarray(copied, offset))
    copied = offset
  }
  while (!reader.done) {
    const charge = analysis.charges[nextCharge]
    if (charge?.offset === reader.position) {
      nextCharge += 1
      copyTo(reader.position)
      writeCharge(out, charge, nextCharge === 1, scratch.fuel)
    }
    readInstruction(reader, instruction)
    const header = instruction.opcode === OP.loop ? analysis.charges[nextCharge] : undefined
    const isInnerLoop = header?.offset === reader.position && header.kind === 'inner-loop'
    const closesInnerLoop = labels.step(instruction, isInnerLoop)
    if (isInnerLoop) {
      copyTo(instruction.start)
      out.outerLoop(module.bytes.subarray(instruction.start + 1, reader.position), scratch.fuel)
    } else if (closesInnerLoop) {
      copyTo(reader.position)
      out.op(OP.end)
    } else if (labels.isMoved(instruction)) {
      copyTo(instruction.start)
      labels.writeBranch(instruction, module.bytes, out)
      copied = reader.position
    }
    if (!isRewritten(instruction)) continue
    copyTo(instruction.start)
    const original = module.bytes.subarray(instruction.start, reader.position)
    writeInstruction(context, out, instruction, original, analysis, scratch)
    if (changesFuel(instruction)) out.reload(scratch.fuel)
    copied = reader.position
  }
  copyTo(body.end)
  if (out.length > REWRITTEN_BODY_BYTES_MAX)
    throw refused('a body of too many short blocks, too large once metered', module.imports.length + own)
  return out
}

function writeCharge(out: CodeWriter, { kind, cost }: Charge, isEntry: boolean, cached: number): void {
  if (kind === 'inner-loop') {
    out.innerLoopHead(cost, cached)
    return
  }
  if (isEntry) out.enter(cost, cached)
  else if (cost > 0) out.charge(cost, cached)
  if (kind === 'checkpoint') out.check(cached)
}

interface ScratchLocals {
  readonly types: number[]
  readonly fuel: number
  readonly f32: number
  readonly f64: number
  readonly elements: number
}

/** Local indices behind the function's own; those of kinds that the function does not need are not declared. */
function scratchLocals(analysis: BodyAnalysis, first: number): ScratchLocals {
  const types: number[] = []
  const declare = (type: number, needed: boolean): number => (needed ? first + types.push(type) - 1 : -1)
  return {
    types,
    fuel: declare(VALUE_TYPE.i64, true),
    f32: declare(VALUE_TYPE.f32, analysis.readsF32Bits),
    f64: declare(VALUE_TYPE.f64, analysis.readsF64Bits),
    elements: declare(VALUE_TYPE.i32, analysis.growsTable),
  }
}

function isRewritten({ opcode, sub }: Instruction): boolean {
  switch (opcode) {
    case OP.call:
    case OP.returnCall:
    case OP.callIndirect:
    case OP.refFunc:
    case OP.memoryGrow:
    case OP.i32ReinterpretF32:
    case OP.f32Copysign:
    case OP.i64ReinterpretF64:
    case OP.f64Copysign:
      return true
    case OP.miscPrefix:
      return (
        sub >= MISC.memoryInit && sub !== MISC.tableSize && sub !== MISC.dataDrop && sub !== MISC.elemDrop
      )
    default:
      return false
  }
}

/** Whether the rewritten instruction calls something that may charge. Behind a tail call nothing follows. */
function changesFuel({ opcode }: Instruction): boolean {
  return (
    opcode === OP.call || opcode === OP.callIndirect || opcode === OP.memoryGrow || opcode === OP.miscPrefix
  )
}

function writeInstruction(
  context: RewriteContext,
  out: CodeWriter,
  { opcode, sub, index }: Instruction,
  original: Uint8Array,
  { frameBytes }: BodyAnalysis,
  scratch: ScratchLocals,
): void {
  const { functions } = context
  switch (opcode) {
    case OP.call:
      // The host's functions run on the host's reserve.
      if (index < context.module.imports.length) out.op(OP.call, index)
      else out.moveStack(frameBytes).op(OP.call, remapFunction(context, index)).moveStack(-frameBytes)
      return
    case OP.callIndirect:
      out.moveStack(frameBytes).raw(original).moveStack(-frameBytes)
      return
    case OP.returnCall:
    case OP.refFunc:
      out.op(opcode, remapFunction(context, index))
      return
    case OP.memoryGrow:
      out.op(OP.call, functions.growMemory)
      return
    case OP.i32ReinterpretF32:
    case OP.f32Copysign:
      canonicaliseNan(out, 'f32', scratch.f32)
      break
    case OP.i64ReinterpretF64:
    case OP.f64Copysign:
      canonicaliseNan(out, 'f64', scratch.f64)
      break
    default:
      if (sub === MISC.memoryInit || sub === MISC.memoryCopy || sub === MISC.memoryFill)
        out.op(OP.call, functions.chargeBytes)
      else out.op(OP.call, functions.chargeElements)
      if (sub === MISC.tableGrow) {
        out.op(OP.localTee, scratch.elements).raw(original).op(OP.localGet, scratch.elements)
        out.op(OP.call, functions.firstTableGuard + index)
        return
      }
  }
  out.raw(original)
}
