import { entryCost, INSTRUCTION_COSTS } from '../cost-table.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import type { FunctionType, WasmModule } from '../wasm/module.ts'
import { OP } from '../wasm/opcodes.ts'
import { isReturningCall } from './survey-body.ts'

/** A label as branches to it see it: what is paid already where it leads, and what of that is executed in any case. */
interface Label {
  readonly credit: number
  readonly certain: number
  readonly isLoop: boolean
  readonly returns: boolean
  /** Whether branches to it carry values. */
  readonly carries: boolean
  /** Of an `if` with an `else`: the same at the beginning of the `else` arm. */
  elseCredit: number
  elseCertain: number
}

/**
 * Where a function pays, so that every path through it pays exactly what its instructions cost, in few places.
 *
 * Every place in the code has a *credit*: what is paid already for instructions that are still to come. An
 * instruction uses up its cost; where two places that follow one another by a branch do not fit together, the
 * difference is paid, or given back, on the way. The credit of a place is what remains to be executed when no
 * conditional branch is taken, so that straight paths pay once, at their beginning. It is nothing
 *
 * - in front of a loop, at its header and behind its end: a round pays for itself, a branch back is free
 * - where a br_table goes to: nothing can be paid on these branches, so every arm pays for itself
 * - where the function ends.
 *
 * At a call it is at most what will be executed in any case: the host looks at fuel there, and must not take a unit
 * to be beyond its limit for instructions that it never comes to.
 */
export class FuelPlan {
  /** To pay at the entry of the function. */
  entry = 0
  /** To pay behind the instruction where it does not branch; negative is given back. Behind `loop`: at its header. */
  readonly after: Float64Array
  /** To pay on the branch of a br_if. */
  readonly onBranch: Float64Array
  /** 1 at a br_if whose branch carries values. */
  readonly carrying: Uint8Array
  #labels: Label[] = []
  #credit = 0
  /** The least that is executed from here on until the credit is nothing; never more than the credit. */
  #certain = 0
  /** Whether the function is left by an instruction of its own on the straight path from here. */
  #returns = false

  /** For functions of at most `instructions` instructions. */
  constructor(instructions: number) {
    this.after = new Float64Array(instructions)
    this.onBranch = new Float64Array(instructions)
    this.carrying = new Uint8Array(instructions)
  }

  /** Plans a function, from its end to its beginning. */
  make(module: WasmModule, body: BodyCode, type: FunctionType, localCount: number): void {
    this.after.fill(0, 0, body.count)
    this.onBranch.fill(0, 0, body.count)
    this.carrying.fill(0, 0, body.count)
    this.#credit = this.#certain = 0
    this.#returns = false
    this.#labels = []
    this.#open(false, type.results.length > 0)
    for (let at = body.count - 2; at >= 0; at--) this.#step(module, body, at)
    this.entry = entryCost(localCount) + this.#credit
  }

  #step(module: WasmModule, body: BodyCode, at: number): void {
    const code = body.code(at)
    const cost = INSTRUCTION_COSTS[code] ?? 0
    switch (code) {
      case OP.end:
        this.#end(module, body, at)
        return
      case OP.else: {
        const label = this.#label(0)
        label.elseCredit = this.#credit
        label.elseCertain = this.#certain
        this.#goTo(label)
        return
      }
      case OP.if:
        this.#if(body.elses[at] ?? 0, at)
        this.#labels.pop()
        break
      case OP.block:
        this.#labels.pop()
        return
      case OP.loop:
        this.after[at] = this.#credit
        this.#credit = this.#certain = 0
        this.#returns = false
        this.#labels.pop()
        return
      case OP.br:
        this.#goTo(this.#label(body.index(at)))
        break
      case OP.brIf:
        this.#branchIf(this.#label(body.index(at)), at)
        break
      case OP.brTable:
      case OP.return:
      case OP.unreachable:
      case OP.returnCall:
      case OP.returnCallIndirect:
        this.#credit = this.#certain = 0
        this.#returns = code !== OP.brTable
        break
      default:
        if (isReturningCall(code)) {
          this.after[at] = this.#credit - this.#certain
          this.#credit = this.#certain
        }
    }
    this.#credit += cost
    this.#certain += cost
  }

  #end(module: WasmModule, body: BodyCode, at: number): void {
    const opener = body.partner(at)
    const isLoop = body.code(opener) === OP.loop
    if (isLoop || body.tableTargets[opener] === 1) {
      this.after[at] = this.#credit
      this.#credit = this.#certain = 0
      this.#returns = false
    }
    const blockType = body.index(opener)
    const type = module.types[blockType]
    this.#open(isLoop, isLoop ? (type?.params.length ?? 0) > 0 : blockType !== NO_VALUES && hasResults(type))
  }

  #if(otherwise: number, at: number): void {
    const label = this.#label(0)
    if (otherwise > 0) {
      this.after[otherwise] = label.elseCredit - this.#credit
      this.#certain = Math.min(this.#certain, label.elseCertain)
    } else {
      // Without an else arm to give back in, the only arm pays.
      this.after[at] = this.#credit - label.credit
      this.#credit = label.credit
      this.#certain = Math.min(this.#certain, label.certain)
    }
  }

  #branchIf(label: Label, at: number): void {
    this.#certain = Math.min(this.#certain, label.certain)
    // A branch that carries values cannot pay on its way. One to a header is a loop going round, one past a return goes
    // past what is rarely done: these should not.
    if (label.carries || label.isLoop || (this.#returns && !label.returns)) {
      this.after[at] = this.#credit - label.credit
      this.#credit = label.credit
      this.#returns = label.returns
    } else this.onBranch[at] = label.credit - this.#credit
    if (label.carries) this.carrying[at] = 1
  }

  #goTo({ credit, certain, returns }: Label): void {
    this.#returns = returns
    this.#credit = credit
    this.#certain = certain
  }

  #open(isLoop: boolean, carries: boolean): void {
    const label = { credit: this.#credit, certain: this.#certain, returns: this.#returns }
    this.#labels.push({ ...label, isLoop, carries, elseCredit: 0, elseCertain: 0 })
  }

  #label(depth: number): Label {
    const label = this.#labels[this.#labels.length - 1 - depth]
    if (label === undefined) throw new RangeError('a branch to nowhere')
    return label
  }
}

const NO_VALUES = -64

function hasResults(type: FunctionType | undefined): boolean {
  return type === undefined || type.results.length > 0
}
