import { SILENT, type EventGraph } from './event-graph.ts'

/** Sets of nodes looked at for each edge before it is given up: code that people write needs one or two. */
const SETS_PER_EDGE = 16
const SETS_MIN = 10_000

export type Within =
  | { readonly isWithin: true }
  /** The event that the other graph does not have there; none when the search was given up. */
  | { readonly isWithin: false; readonly event: number | undefined }

/**
 * Whether every sequence of events along `graph` from `entry` on is one along `other` from `otherEntry` on. Sets of
 * nodes are followed, so that it does not matter how either of the two is written, only what happens on its ways.
 */
export function waysAreWithin(
  graph: EventGraph,
  entry: number,
  other: EventGraph,
  otherEntry: number,
): Within {
  const sets = new NodeSets(other)
  const edgeCount = graph.edges.reduce((sum, { length }) => sum + length / 2, 0)
  let budget = edgeCount * SETS_PER_EDGE + SETS_MIN
  /** By node: the sets that it was looked at with. */
  const seen: number[][] = graph.edges.map(() => [])
  const todo: number[] = []
  const visit = (node: number, set: number): void => {
    const known = seen[node]
    // What holds for few holds for more.
    if (known?.some((one) => sets.isPart(one, set)) !== false) return
    known.push(set)
    todo.push(node, set)
  }
  visit(entry, sets.closed([otherEntry]))
  for (let set = todo.pop(); set !== undefined; set = todo.pop()) {
    const node = todo.pop() ?? 0
    const edges = graph.edges[node] ?? []
    for (let at = 0; at < edges.length; at += 2) {
      const [to = 0, event = 0] = [edges[at], edges[at + 1]]
      if (event === SILENT) visit(to, set)
      else {
        const next = sets.behind(set, event)
        if (sets.isEmpty(next)) return { isWithin: false, event }
        visit(to, next)
      }
      budget -= 1
      if (budget < 0) return { isWithin: false, event: undefined }
    }
  }
  return { isWithin: true }
}

/** Sets of a graph's nodes that can be told from outside, by number. */
class NodeSets {
  readonly #graph: EventGraph
  readonly #members: (readonly number[])[] = []
  readonly #byMembers = new Map<string, number>()
  readonly #behind: Map<number, number>[] = []
  readonly #mark: Int32Array
  #round = 0

  constructor(graph: EventGraph) {
    this.#graph = graph
    this.#mark = new Int32Array(graph.edges.length)
  }

  /** The nodes that something happens at, reached from these without anything happening. */
  closed(nodes: readonly number[]): number {
    const found: number[] = []
    const todo = [...nodes]
    this.#round += 1
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      if (this.#mark[node] === this.#round) continue
      this.#mark[node] = this.#round
      const edges = this.#graph.edges[node] ?? []
      let happens = false
      for (let at = 0; at < edges.length; at += 2)
        if (edges[at + 1] === SILENT) todo.push(edges[at] ?? 0)
        else happens = true
      if (happens || edges.length === 0) found.push(node)
    }
    found.sort((a, b) => a - b)
    const key = found.join()
    const known = this.#byMembers.get(key)
    if (known !== undefined) return known
    this.#byMembers.set(key, this.#members.length)
    this.#behind.push(new Map())
    return this.#members.push(found) - 1
  }

  behind(set: number, event: number): number {
    const known = this.#behind[set]?.get(event)
    if (known !== undefined) return known
    const targets: number[] = []
    for (const node of this.#members[set] ?? []) {
      const edges = this.#graph.edges[node] ?? []
      for (let at = 0; at < edges.length; at += 2) if (edges[at + 1] === event) targets.push(edges[at] ?? 0)
    }
    const next = this.closed(targets)
    this.#behind[set]?.set(event, next)
    return next
  }

  isEmpty(set: number): boolean {
    return this.#members[set]?.length === 0
  }

  isPart(one: number, of: number): boolean {
    if (one === of) return true
    const [part, whole] = [this.#members[one] ?? [], this.#members[of] ?? []]
    let at = 0
    for (const node of part) {
      while (at < whole.length && (whole[at] ?? 0) < node) at += 1
      if (whole[at] !== node) return false
    }
    return true
  }
}
