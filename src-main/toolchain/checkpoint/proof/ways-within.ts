import { SILENT, type EventGraph } from './event-graph.ts'
import { NodeSets } from './node-sets.ts'
import { NumberHeap } from './number-heap.ts'

/** Sets of nodes looked at for each edge before it is given up: code that people write needs one or two. */
const SETS_PER_EDGE = 16
const SETS_MIN = 10_000
/** Nodes in all these sets: 20 MB, some 0.1 s. */
const SETS_SIZE_MAX = 4_000_000

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
  let budget = graph.edgeCount * SETS_PER_EDGE + SETS_MIN
  /** By node: the smallest sets that it was reached with, and those of them that it was not yet left with. */
  const seen: number[][] = graph.edges.map(() => [])
  const waiting: number[][] = graph.edges.map(() => [])
  /** In the order of the code: what meets at a node has come there before it is left. */
  const todo = new NumberHeap()
  const visit = (node: number, set: number): void => {
    const known = seen[node] ?? []
    // What holds for few holds for more.
    if (known.some((one) => sets.isPart(one, set))) return
    const isLarger = (one: number): boolean => !sets.isPart(set, one)
    seen[node] = [...known.filter(isLarger), set]
    const left = waiting[node] ?? []
    if (left.length === 0) todo.push(graph.orderOf(node))
    waiting[node] = [...left.filter(isLarger), set]
  }
  visit(entry, sets.closed([otherEntry]))
  for (let order = todo.pop(); order !== undefined; order = todo.pop()) {
    const node = graph.nodeAt(order)
    const edges = graph.edges[node] ?? []
    const from = waiting[node] ?? []
    waiting[node] = []
    for (const set of from)
      for (let at = 0; at < edges.length; at += 2) {
        const [to = 0, event = 0] = [edges[at], edges[at + 1]]
        const next = event === SILENT ? set : sets.behind(set, event)
        if (sets.isEmpty(next)) return { isWithin: false, event }
        visit(to, next)
        budget -= 1
        if (budget < 0 || sets.size > SETS_SIZE_MAX) return { isWithin: false, event: undefined }
      }
  }
  return { isWithin: true }
}
