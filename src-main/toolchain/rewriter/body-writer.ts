import { ByteReader } from '../leb128/byte-reader.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import { OP } from '../wasm/opcodes.ts'
import type { CodeWriter } from './code-writer.ts'
import type { RewriteContext } from './context.ts'
import type { FuelPlan } from './fuel-plan.ts'
import { isRewritten, writeInstruction, type ScratchLocals } from './instructions.ts'
import type { LoopPlan } from './loop-plan.ts'
import { isReturningCall } from './survey-body.ts'

/** Where code of an innermost loop is written: the loop got other blocks around it, and perhaps rounds in a row. */
interface Round {
  /** Open blocks of the original outside the loop. */
  readonly level: number
  /** What labels of the loop itself, and those beyond it, are moved by. */
  readonly ownShift: number
  readonly outerShift: number
  /** Paid already for rounds that are still to come: given back by whoever leaves, and while something is called. */
  readonly prepaid: number
}

const NO_ROUND: Round = { level: -1, ownShift: 0, outerShift: 0, prepaid: 0 }

export interface BodyWriterComponents {
  readonly context: RewriteContext
  /** Number of the function among the module's own. */
  readonly own: number
  readonly body: BodyCode
  readonly fuel: FuelPlan
  readonly loops: LoopPlan
  readonly out: CodeWriter
  readonly scratch: ScratchLocals
}

/** Writes the instructions of one function with what they pay. Unchanged ones are copied in runs. */
export class BodyWriter {
  readonly #parts: BodyWriterComponents
  readonly #bytes: Uint8Array
  /** Offset in the module up to which everything is written. */
  #copied = 0
  /** Open blocks of the original. */
  #depth = 0

  constructor(parts: BodyWriterComponents) {
    this.#parts = parts
    this.#bytes = parts.context.module.bytes
  }

  write(): void {
    const { body } = this.#parts
    this.#copied = body.start(0)
    this.#range(0, body.count, NO_ROUND)
    this.#copyTo(body.start(body.count))
  }

  #range(from: number, to: number, round: Round): void {
    const { body, fuel, loops, out, scratch } = this.#parts
    for (let at = from; at < to; at++) {
      const code = body.code(at)
      if (code <= OP.return) {
        if (code === OP.loop) {
          const isInnermost = (loops.rounds[at] ?? 0) > 0
          const yields = this.#yieldsAt(at, isInnermost)
          if (isInnermost || (yields && loops.callsRarely(at))) {
            this.#innerLoop(at, yields)
            at = body.partner(at)
            continue
          }
          this.#depth += 1
          this.#copyTo(body.start(at + 1))
          if (yields) out.checkAndYield(scratch.fuel, loops.isChecked(at))
          else if (loops.isChecked(at)) out.check(scratch.fuel)
        } else this.#control(at, code, round)
      } else if (isRewritten(code)) {
        const returns = isReturningCall(code)
        if (returns) this.#giveBack(at, round)
        this.#copyTo(body.start(at))
        writeInstruction(this.#parts, at)
        this.#copied = body.start(at + 1)
        if (returns) {
          this.#afterCall((fuel.after[at] ?? 0) + round.prepaid)
          continue
        }
      }
      const cost = fuel.after[at] ?? 0
      if (cost !== 0) {
        this.#copyTo(body.start(at + 1))
        out.charge(cost, scratch.fuel)
      }
    }
  }

  #afterCall(cost: number): void {
    const { out, scratch } = this.#parts
    if (cost === 0) out.reload(scratch.fuel)
    else out.enter(cost, scratch.fuel)
  }

  #control(at: number, code: number, round: Round): void {
    const { body, fuel, out } = this.#parts
    switch (code) {
      case OP.block:
      case OP.if:
        this.#depth += 1
        return
      case OP.end:
        this.#depth -= 1
        return
      case OP.br:
        if (this.#leaves(body.index(at), round)) this.#giveBack(at, round)
        this.#branch(at, code, round, 0)
        return
      case OP.brIf: {
        const cost = (fuel.onBranch[at] ?? 0) - (this.#leaves(body.index(at), round) ? round.prepaid : 0)
        if (cost === 0) {
          this.#branch(at, code, round, 0)
          return
        }
        this.#copyTo(body.start(at))
        out.if().charge(cost, this.#parts.scratch.fuel)
        this.#branch(at, OP.br, round, 1)
        out.op(OP.end)
        return
      }
      case OP.brTable:
        this.#branchTable(at, round)
        return
      case OP.return:
        this.#giveBack(at, round)
    }
  }

  /**
   * An innermost loop is written as a loop in a loop. The outer one looks whether the quantum is spent and is entered
   * again for that only; several rounds in a row are blocks, left by going on to the next round. What may unwind the
   * stack there is dear in every round, so a loop that yields and rarely calls anything is written so, too.
   */
  #innerLoop(at: number, yields: boolean): void {
    const { body, fuel, loops, out, scratch } = this.#parts
    const rounds = Math.max(1, loops.rounds[at] ?? 1)
    const end = body.partner(at)
    const cost = fuel.after[at] ?? 0
    const behind = fuel.after[end] ?? 0
    const level = this.#depth
    this.#copyTo(body.start(at))
    out.outerLoop(this.#bytes, body.start(at) + 1, body.start(at + 1), scratch.fuel, yields)
    this.#copyTo(body.start(at + 1))
    out.innerLoopHead(cost * rounds, scratch.fuel, yields)
    if (rounds > 1) out.block()
    for (let left = rounds - 1; left > 0; left--) {
      out.block()
      this.#round(at, end, { level, ownShift: 0, outerShift: 3, prepaid: left * cost })
      out
        .charge(behind - left * cost, scratch.fuel)
        .op(OP.br, 1)
        .op(OP.end)
    }
    const shifts = rounds > 1 ? { ownShift: 1, outerShift: 2 } : { ownShift: 0, outerShift: 1 }
    this.#round(at, end, { level, prepaid: 0, ...shifts })
    // Each way out pays for what comes behind the loop together with what it gives back.
    if (behind !== 0) out.charge(behind, scratch.fuel)
    if (rounds > 1) out.op(OP.end)
    out.op(OP.end).op(OP.end)
    this.#copied = body.start(end + 1)
  }

  #round(loop: number, end: number, round: Round): void {
    const { body } = this.#parts
    this.#copied = body.start(loop + 1)
    this.#depth = round.level + 1
    this.#range(loop + 1, end, round)
    this.#copyTo(body.start(end))
    this.#depth = round.level
  }

  #yieldsAt(loop: number, isInnermost: boolean): boolean {
    const { context, body, own } = this.#parts
    const yields = context.yields?.mayYield(own, body, loop, isInnermost) ?? false
    if (yields) context.yields?.placed(own)
    return yields
  }

  #leaves(label: number, { level }: Round): boolean {
    return this.#depth - 1 - label < level
  }

  #giveBack(at: number, { prepaid }: Round): void {
    if (prepaid === 0) return
    this.#copyTo(this.#parts.body.start(at))
    this.#parts.out.charge(-prepaid, this.#parts.scratch.fuel)
  }

  /** Writes br or br_if with its label for the new nesting, `inside` more blocks deep. */
  #branch(at: number, opcode: number, round: Round, inside: number): void {
    const { body, out } = this.#parts
    const label = this.#moved(body.index(at), round) + inside
    if (label === body.index(at) && opcode === body.code(at)) return
    this.#copyTo(body.start(at))
    out.op(opcode, label)
    this.#copied = body.start(at + 1)
  }

  #branchTable(at: number, round: Round): void {
    if (round.level < 0) return
    const { body, out } = this.#parts
    this.#copyTo(body.start(at))
    const reader = new ByteReader(this.#bytes, body.start(at) + 1)
    const labels = reader.u32()
    out.op(OP.brTable, labels)
    for (let left = labels; left >= 0; left--) out.u32(this.#moved(reader.u32(), round))
    this.#copied = body.start(at + 1)
  }

  #moved(label: number, { level, ownShift, outerShift }: Round): number {
    if (level < 0) return label
    const target = this.#depth - 1 - label
    if (target > level) return label
    return label + (target === level ? ownShift : outerShift)
  }

  #copyTo(offset: number): void {
    if (offset > this.#copied) this.#parts.out.copy(this.#bytes, this.#copied, offset)
    this.#copied = offset
  }
}
