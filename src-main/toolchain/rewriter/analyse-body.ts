import { entryCost, instructionCost } from '../cost-table.ts'
import { ByteReader } from '../leb128/byte-reader.ts'
import { emptyInstruction, readInstruction, type Instruction } from '../wasm/instruction.ts'
import { type FunctionBody, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'
import { FrameBound } from './frame-bound.ts'

/** A place where instructions are paid in advance: all up to the next place, which run together or not at all. */
export interface Charge {
  /** Offset of the first instruction that is paid for; the charge goes in front of it. */
  readonly offset: number
  readonly cost: number
  readonly kind: ChargeKind
}

/**
 * - `straight`: only pays
 * - `checkpoint`: also looks whether the quantum is spent: entries and headers of loops
 * - `inner-loop`: the header of a loop without calls or further loops in it, where most time goes and where a call of
 *   `tick` would keep the compiler from its best work; see {@link CodeWriter.innerLoopHead}
 */
export type ChargeKind = 'straight' | 'checkpoint' | 'inner-loop'

/** What the emitter has to know about a function before it writes the first byte. */
export interface BodyAnalysis {
  /** In the order of their offsets. The first one is the entry. */
  readonly charges: readonly Charge[]
  /** Whether it calls a function of the module, directly or through a table. */
  readonly callsOwn: boolean
  /** Upper bound of the machine stack that one activation takes, in bytes. */
  readonly frameBytes: number
  readonly readsF32Bits: boolean
  readonly readsF64Bits: boolean
  readonly growsTable: boolean
}

type OpenCharge = { -readonly [Key in keyof Charge]: Charge[Key] }

/** Functions that call nothing and cost less than this need no check: a quantum is thousands of times longer. */
const UNCHECKED_LEAF_COST = 256

export function analyseBody(module: WasmModule, body: FunctionBody, type: FunctionType): BodyAnalysis {
  const frame = new FrameBound(module, body, type)
  const instruction = emptyInstruction()
  const reader = new ByteReader(module.bytes, body.code, body.end)
  const blocks: number[] = []
  /** Headers of the open loops, each `inner-loop` until something in it speaks against that. */
  const loops: OpenCharge[] = []
  const uses = { calls: false, callsOwn: false, readsF32Bits: false, readsF64Bits: false, growsTable: false }
  const entry: OpenCharge = { offset: body.code, cost: entryCost(body.localCount), kind: 'straight' }
  const charges = [entry]
  let current = entry
  const startBlock = (kind: ChargeKind): OpenCharge => {
    current = { offset: reader.position, cost: 0, kind }
    charges.push(current)
    return current
  }
  while (!reader.done) {
    readInstruction(reader, instruction)
    frame.step(instruction)
    current.cost += instructionCost(instruction)
    noteUse(module, instruction, uses)
    const { opcode } = instruction
    // Loops further out have become checkpoints when this one began.
    const loop = loops.at(-1)
    if (loop !== undefined && (opcode === OP.loop || isCall(instruction))) loop.kind = 'checkpoint'
    if (opcode === OP.loop) loops.push(startBlock('inner-loop'))
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) blocks.push(opcode)
    // The end of a loop is no place to arrive at by a branch, so its block goes on.
    const closesLoop = opcode === OP.end && blocks.pop() === OP.loop
    if (closesLoop) loops.pop()
    if (endsBlock(opcode) || (opcode === OP.end && !closesLoop)) startBlock('straight')
  }
  if (uses.calls || entry.cost > UNCHECKED_LEAF_COST) entry.kind = 'checkpoint'
  return {
    charges: charges.filter(({ kind, cost }) => kind !== 'straight' || cost > 0),
    frameBytes: frame.bytes,
    ...uses,
  }
}

/** Whether the rewritten code calls something here, be it one of the rewriter's own functions. */
function isCall({ opcode, sub }: Instruction): boolean {
  return (
    (opcode >= OP.call && opcode <= OP.returnCallIndirect) ||
    opcode === OP.memoryGrow ||
    (opcode === OP.miscPrefix && sub >= MISC.memoryInit && sub !== MISC.tableSize)
  )
}

/** Whether the next instruction may run although this one's block did not, or the other way round. */
function endsBlock(opcode: number): boolean {
  return (
    opcode === OP.if ||
    opcode === OP.else ||
    (opcode >= OP.br && opcode <= OP.return) ||
    opcode === OP.unreachable ||
    opcode === OP.returnCall ||
    opcode === OP.returnCallIndirect
  )
}

interface Uses {
  calls: boolean
  callsOwn: boolean
  readsF32Bits: boolean
  readsF64Bits: boolean
  growsTable: boolean
}

function noteUse(module: WasmModule, { opcode, sub, index }: Instruction, uses: Uses): void {
  switch (opcode) {
    case OP.call:
    case OP.returnCall:
      uses.calls = true
      uses.callsOwn ||= index >= module.imports.length
      return
    case OP.callIndirect:
    case OP.returnCallIndirect:
      uses.calls = uses.callsOwn = true
      return
    case OP.i32ReinterpretF32:
    case OP.f32Copysign:
      uses.readsF32Bits = true
      return
    case OP.i64ReinterpretF64:
    case OP.f64Copysign:
      uses.readsF64Bits = true
      return
    case OP.miscPrefix:
      uses.growsTable ||= sub === MISC.tableGrow
  }
}
