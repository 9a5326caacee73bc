import { SAVED, UNKNOWN, type AbstractValues } from './abstract-values.ts'
import { SILENT, type EventGraph } from './event-graph.ts'

/**
 * How a function runs: as it always did, on its way out because the stack is unwound, or on its way to the call that
 * it was left in. The numbers are Asyncify's.
 */
export const MODE = { normal: 0, unwinding: 1, rewinding: 2 } as const
export const MODES = [MODE.normal, MODE.unwinding, MODE.rewinding] as const
export type Mode = (typeof MODES)[number]

/** A place that a run of the function can be at, in one mode, and what is known there. */
export class Flow {
  /** Where it is in the graph. */
  node: number
  /** What the locals hold; behind them, what the global with the stack's room does. */
  readonly locals: Int32Array
  readonly stack: number[]

  constructor(node: number, locals: Int32Array, stack: readonly number[]) {
    this.node = node
    this.locals = locals
    this.stack = [...stack]
  }

  copyAt(node: number): Flow {
    return new Flow(node, this.locals.slice(), this.stack)
  }

  pop(): number {
    return this.stack.pop() ?? UNKNOWN
  }

  change(one: (value: number) => number): void {
    const { locals, stack } = this
    // The few fixed values are what they are whatever happens.
    for (let at = 0; at < locals.length; at++) {
      const value = locals[at] ?? UNKNOWN
      if (value > SAVED) locals[at] = one(value)
    }
    for (let at = 0; at < stack.length; at++) stack[at] = one(stack[at] ?? UNKNOWN)
  }
}

/** Whether anything is known less exactly now. */
export function joinInto(into: Int32Array, from: Int32Array, values: AbstractValues): boolean {
  let hasChanged = false
  for (let at = 0; at < into.length; at++) {
    const before = into[at] ?? UNKNOWN
    const joined = values.join(before, from[at] ?? UNKNOWN)
    if (joined === before) continue
    into[at] = joined
    hasChanged = true
  }
  return hasChanged
}

/**
 * Where ways meet, at a place further on or here: `flow` and what came there before, if anything. `stack` is what `flow`
 * leaves on the operand stack.
 */
export function meet(
  before: Flow | undefined,
  flow: Flow,
  stack: readonly number[],
  graph: EventGraph,
  values: AbstractValues,
  place = graph.place,
): Flow {
  if (before === undefined) {
    const first = new Flow(graph.node(place), flow.locals.slice(), stack)
    graph.edge(flow.node, first.node, SILENT)
    return first
  }
  joinInto(before.locals, flow.locals, values)
  for (let at = 0; at < before.stack.length; at++)
    before.stack[at] = values.join(before.stack[at] ?? UNKNOWN, stack[at] ?? UNKNOWN)
  graph.edge(flow.node, before.node, SILENT)
  return before
}

/** The flows that are at one instruction, one for each mode at most. */
export type ByMode = readonly [Flow | undefined, Flow | undefined, Flow | undefined]

/**
 * The same on two tracks. Usually the second one is empty. Behind an `if` without `else` it is for what went past it,
 * up to the next `if`: Asyncify writes `if (c) a else b` as `if (c) a` and `if (not c) b`.
 */
export class Flows {
  readonly #slots: (Flow | undefined)[] = Array<Flow | undefined>(MODES.length * 2).fill(undefined)

  get(mode: Mode, track: number): Flow | undefined {
    return this.#slots[track * MODES.length + mode]
  }

  set(mode: Mode, track: number, flow: Flow | undefined): void {
    this.#slots[track * MODES.length + mode] = flow
  }

  get isEmpty(): boolean {
    return this.#slots.every((flow) => flow === undefined)
  }

  /** Values on the operand stack: as many for each. */
  get height(): number {
    return this.#slots.find((flow) => flow !== undefined)?.stack.length ?? 0
  }

  each(one: (flow: Flow, mode: Mode, track: number) => void): void {
    for (let track = 0; track < 2; track++)
      for (const mode of MODES) {
        const flow = this.get(mode, track)
        if (flow !== undefined) one(flow, mode, track)
      }
  }

  byMode(track: number): ByMode {
    const [normal, unwinding, rewinding] = MODES
    return [this.get(normal, track), this.get(unwinding, track), this.get(rewinding, track)]
  }
}
