import type { BodyCode } from '../wasm/body-code.ts'
import { OP } from '../wasm/opcodes.ts'
import type { FuelPlan } from './fuel-plan.ts'
import { isCall, isReturningCall } from './survey-body.ts'

/** Rounds of an unrolled loop that are paid and checked together. */
const ROUNDS = 8
/** Longer loops have enough to do beside one check a round. */
const UNROLLED_INSTRUCTIONS_MAX = 96
/** What unrolling may add to one function, and to a module: compilers take more than linear time for large functions. */
const ADDED_FUNCTION_BYTES_MAX = 16 * 1024
const ADDED_MODULE_BYTES_MAX = 1024 * 1024
const NO_VALUES = -64

/**
 * How each loop of a function is rewritten, by the place of its `loop`:
 *
 * - 0: it calls something or has loops in it; `tick` may be called at its header, when it {@link isChecked}
 * - 1: one without, where most time goes and where a call of `tick` would keep the compiler from its best work; see
 *   `CodeWriter.outerLoop`
 * - more: the same, with that many rounds in a row; it may call something in a round that is not the usual one
 */
export class LoopPlan {
  readonly rounds: Uint8Array
  readonly #unchecked: Uint8Array
  readonly #callsRarely: Uint8Array
  #moduleBytesLeft = ADDED_MODULE_BYTES_MAX

  /** For functions of at most `instructions` instructions. */
  constructor(instructions: number) {
    this.rounds = new Uint8Array(instructions)
    this.#unchecked = new Uint8Array(instructions)
    this.#callsRarely = new Uint8Array(instructions)
  }

  /**
   * Whether a loop of the first kind has to look at the meter itself: not when every round comes by another loop, or
   * calls this very function, and they do.
   */
  isChecked(at: number): boolean {
    return this.#unchecked[at] !== 1
  }

  /**
   * Whether a loop of the first kind has no other in it and mostly goes round without a call: an interpreter, say, with
   * what it does at its end in one of its arms. It looks at the meter itself.
   */
  callsRarely(at: number): boolean {
    return this.#callsRarely[at] === 1 && this.isChecked(at)
  }

  /** `own` is the function's index in the original module. */
  make(body: BodyCode, fuel: FuelPlan, own: number): void {
    const open: number[] = []
    let left = ADDED_FUNCTION_BYTES_MAX
    for (let at = 0; at < body.count; at++) {
      const code = body.code(at)
      const outer = open.at(-1)
      if (code === OP.loop) {
        if (outer !== undefined) this.rounds[outer] = 0
        this.rounds[at] = 1
        this.#callsRarely[at] = 0
        this.#unchecked[at] = isCheckedInside(body, at, own) ? 1 : 0
        open.push(at)
      } else if (code === OP.end && body.partner(at) === outer) {
        open.pop()
        if (this.rounds[outer] === 0) continue
        const shape = innermostShape(body, fuel, outer, at)
        if (shape === 'calls' || shape === 'calls-rarely') this.rounds[outer] = 0
        if (shape === 'calls-rarely') this.#callsRarely[outer] = 1
        if (shape !== 'unrollable') continue
        const added = (ROUNDS - 1) * (body.start(at) - body.start(outer))
        if (added > left || added > this.#moduleBytesLeft) continue
        left -= added
        this.#moduleBytesLeft -= added
        this.rounds[outer] = ROUNDS
      }
    }
  }
}

/** `calls`: most rounds may; `calls-rarely`: not the usual one; `plain`: none does, but they cannot be put in a row. */
function innermostShape(
  body: BodyCode,
  fuel: FuelPlan,
  loop: number,
  end: number,
): 'calls' | 'calls-rarely' | 'plain' | 'unrollable' {
  let fits = end - loop <= UNROLLED_INSTRUCTIONS_MAX && body.index(loop) === NO_VALUES
  let depth = 0
  let goesRound = false
  let calls = false
  let callsFirst = false
  for (let at = loop + 1; at < end; at++) {
    const code = body.code(at)
    if (code === OP.block || code === OP.if) depth += 1
    else if (code === OP.end) depth -= 1
    else if (code === OP.brTable) fits = false
    else if (code === OP.br || code === OP.brIf) {
      goesRound ||= body.index(at) === depth
      // Each round leaves with another credit, and a branch with values cannot pay on its way.
      if (body.index(at) > depth && fuel.carrying[at] === 1) fits = false
    } else if (isCall(code)) {
      calls = true
      callsFirst ||= !goesRound
      // A round that can end before it calls anything mostly does: a search that goes deeper where something is found.
      if (!goesRound || !isReturningCall(code)) fits = false
    }
  }
  if (fits && goesRound) return 'unrollable'
  if (callsFirst) return 'calls'
  return calls ? 'calls-rarely' : 'plain'
}

/** Looked at from a loop's header on; bounded, because loops nest and each looks for itself. */
const LOOKED_AT_MAX = 200

/** Whether every round of the loop comes by a loop in it, or a call of own function `own`, before it can go back. */
function isCheckedInside(body: BodyCode, loop: number, own: number): boolean {
  const end = Math.min(body.partner(loop), loop + LOOKED_AT_MAX)
  let depth = 0
  for (let at = loop + 1; at < end; at++) {
    const code = body.code(at)
    if (depth === 0 && (code === OP.loop || (code === OP.call && body.index(at) === own))) return true
    if (code === OP.block || code === OP.loop || code === OP.if) depth += 1
    else if (code === OP.end) depth -= 1
    else if (code === OP.brTable || ((code === OP.br || code === OP.brIf) && body.index(at) >= depth))
      return false
  }
  return false
}
