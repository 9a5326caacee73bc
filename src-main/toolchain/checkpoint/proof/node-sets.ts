import { SILENT, type EventGraph } from './event-graph.ts'

/** Sets of a graph's nodes that can be told from outside, by number. */
export class NodeSets {
  /** Nodes in all sets together: what they cost. */
  size = 0
  readonly #graph: EventGraph
  readonly #members: Int32Array[] = []
  readonly #byHash = new Map<number, number[]>()
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
    return this.#number(Int32Array.from(found).sort())
  }

  /** Where this event leads from the nodes of a set. */
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
    const [part, whole] = [this.#members[one], this.#members[of]]
    if (part === undefined || whole === undefined || part.length > whole.length) return false
    let at = 0
    for (const node of part) {
      while (at < whole.length && (whole[at] ?? 0) < node) at += 1
      if (whole[at] !== node) return false
    }
    return true
  }

  #number(members: Int32Array): number {
    let hash = members.length
    for (const node of members) hash = (Math.imul(hash, 0x0100_0193) ^ node) | 0
    const alike = this.#byHash.get(hash) ?? []
    for (const set of alike) if (isEqual(this.#members[set], members)) return set
    const set = this.#members.push(members) - 1
    this.#behind.push(new Map())
    this.#byHash.set(hash, [...alike, set])
    this.size += members.length
    return set
  }
}

function isEqual(a: Int32Array | undefined, b: Int32Array): boolean {
  return a?.length === b.length && a.every((node, at) => node === b[at])
}
