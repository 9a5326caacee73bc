import { INSTRUCTION_COSTS } from '../cost-table.ts'
import { refused } from '../refusals.ts'
import type { YieldSites } from '../rewriter/context.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import { EXTERNAL_KIND, type WasmModule } from '../wasm/module.ts'
import { callGraphOf, inCycles, reachableFrom, reaching, type CallGraph } from './call-graph.ts'
import { componentsOf } from './components.ts'

/** A round of an innermost loop that costs this much does not feel one more look at a global. */
const LONG_ROUND_COST = 200

/** In one function, the first ones count: the transformation takes longer than linear time for them. */
const YIELDS_MAX = 100

/**
 * Which functions may yield. When the stack is unwound, every function on it has to be one that was transformed for it,
 * which costs time and stack. So those are out, with all that they call,
 *
 * - which are part of a cycle of calls: there is no bound on how many of them are on the stack
 * - which cannot be transformed, see {@link surveyFunction}.
 *
 * What is left is called by its like alone: a graph without cycles, with `_start` at its top.
 */
export class CheckpointPlan implements YieldSites {
  readonly #graph: CallGraph
  readonly #isEligible: Uint8Array
  /** Yields by own function. */
  readonly #placed = new Map<number, number>()
  #includesInnermost = false

  /** Throws `module-refused` for what does not go with checkpoints. */
  constructor(module: WasmModule) {
    const graph = callGraphOf(module)
    const cycles = inCycles(graph)
    const out = graph.successors.flatMap((_, node) =>
      cycles[node] === 1 || graph.isFit[node] === false ? [node] : [],
    )
    const start = module.exports.find(
      ({ name, kind }) => name === '_start' && kind === EXTERNAL_KIND.function,
    )
    const entry = (start?.index ?? 0) - module.imports.length
    if (entry < 0) throw refused('no safe point: _start is imported')
    this.#graph = graph
    this.#isEligible = reachableFrom(graph, [entry])
    for (const [node, isOut] of reachableFrom(graph, out).entries())
      if (isOut === 1) this.#isEligible[node] = 0
  }

  /** From now on short loops without others in them may yield too: where nothing else does, anything is better. */
  includeInnermost(): void {
    this.#includesInnermost = true
  }

  mayYield(own: number, body: BodyCode, loop: number, isInnermost: boolean): boolean {
    if (this.#isEligible[own] !== 1 || (this.#placed.get(own) ?? 0) >= YIELDS_MAX) return false
    return !isInnermost || this.#includesInnermost || roundCost(body, loop) >= LONG_ROUND_COST
  }

  placed(own: number): void {
    this.#placed.set(own, (this.#placed.get(own) ?? 0) + 1)
  }

  /** What must be transformed, once all yields are placed; undefined when none was. */
  transformed(): Transformed | undefined {
    if (this.#placed.size === 0) return undefined
    const { successors, functionCount } = this.#graph
    const onTheWay = reaching(this.#graph, [...this.#placed.keys()])
    const order = componentsOf(this.#graph)
      .flat()
      .filter((node) => onTheWay[node] === 1 && this.#isEligible[node] === 1)
    return {
      functions: order.filter((node) => node < functionCount).sort((a, b) => a - b),
      callsIndirectly: order.some((node) => node >= functionCount),
      longestPath: (weightOf) => {
        const longest = new Map<number, number>()
        let most = 0
        // What a function calls comes before it.
        for (const node of order) {
          const below = (successors[node] ?? []).reduce(
            (max, next) => Math.max(max, longest.get(next) ?? 0),
            0,
          )
          const sum = below + (node < functionCount ? weightOf(node) : 0)
          longest.set(node, sum)
          most = Math.max(most, sum)
        }
        return most
      },
    }
  }
}

/** The functions that may be on the stack when it is unwound. */
export interface Transformed {
  /** Own functions, ascending. */
  readonly functions: readonly number[]
  /** Whether one of them may call another through a table. */
  readonly callsIndirectly: boolean
  /** The largest sum of weights over functions that can be on the stack together. */
  longestPath(weightOf: (own: number) => number): number
}

function roundCost(body: BodyCode, loop: number): number {
  let cost = 0
  for (let at = loop + 1; at < body.partner(loop); at++) cost += INSTRUCTION_COSTS[body.code(at)] ?? 0
  return cost
}
