/** Name of a step that nobody sees from outside: a branch, a join. */
export const SILENT = -1

/** More than a body of the largest size has, and small enough for a place and a node in one number. */
const NODES_MAX = 2 ** 26

/** Numbers for the names of events, the same in two graphs that are to be compared. */
export class EventNames {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []

  number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  name(event: number): string {
    return this.#names[event] ?? '?'
  }
}

/** What a function can do, in which order: nodes are places in it, edges lead from one to the next, some with an event. */
export class EventGraph {
  /** By node: target and event ({@link SILENT}) of each edge, one behind the other. */
  readonly edges: number[][] = []
  edgeCount = 0
  /** Place in the code that new nodes are of. */
  place = 0
  readonly #orders: number[] = []

  node(place = this.place): number {
    this.#orders.push(place * NODES_MAX + this.edges.length)
    return this.edges.push([]) - 1
  }

  edge(from: number, to: number, event: number): void {
    this.edges[from]?.push(to, event)
    this.edgeCount += 1
  }

  /** Grows along the code, and along silent edges at one place of it; each node's is its own. */
  orderOf(node: number): number {
    return this.#orders[node] ?? 0
  }

  nodeAt(order: number): number {
    return order % NODES_MAX
  }

  /** Whether there is a way back to where it began on which nothing happens. */
  hasSilentCycle(): boolean {
    const state = new Uint8Array(this.edges.length)
    const [ENTERED, LEFT] = [1, 2]
    const path: { node: number; next: number }[] = []
    for (let root = 0; root < this.edges.length; root++) {
      if (state[root] !== 0) continue
      state[root] = ENTERED
      path.push({ node: root, next: 0 })
      for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
        const edges = this.edges[visit.node] ?? []
        if (visit.next >= edges.length) {
          state[visit.node] = LEFT
          path.pop()
          continue
        }
        const to = edges[visit.next] ?? 0
        const event = edges[visit.next + 1]
        visit.next += 2
        if (event !== SILENT) continue
        if (state[to] === ENTERED) return true
        if (state[to] === LEFT) continue
        state[to] = ENTERED
        path.push({ node: to, next: 0 })
      }
    }
    return false
  }
}
