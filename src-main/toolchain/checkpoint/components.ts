/** A directed graph; nodes are numbered from 0 on. */
export interface Graph {
  readonly successors: readonly (readonly number[])[]
}

interface Visit {
  readonly node: number
  /** Next successor to look at. */
  next: number
}

/**
 * Tarjan's strongly connected components. Every component comes behind those that can be reached from it. Without
 * recursion: call chains are as long as a stranger's module likes.
 */
export function componentsOf({ successors }: Graph): number[][] {
  const count = successors.length
  /** Order of discovery from 1 on; 0: not yet. */
  const order = new Int32Array(count)
  const lowest = new Int32Array(count)
  const isOpen = new Uint8Array(count)
  const open: number[] = []
  const found: number[][] = []
  let discovered = 0

  const discover = (node: number): Visit => {
    discovered += 1
    order[node] = lowest[node] = discovered
    isOpen[node] = 1
    open.push(node)
    return { node, next: 0 }
  }
  const lower = (node: number, to: number): void => {
    lowest[node] = Math.min(lowest[node] ?? 0, to)
  }
  const close = (root: number): void => {
    const members = open.splice(open.lastIndexOf(root))
    for (const member of members) isOpen[member] = 0
    found.push(members)
  }

  for (let root = 0; root < count; root++) {
    if (order[root] !== 0) continue
    const path = [discover(root)]
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const { node } = visit
      const next = successors[node]?.[visit.next]
      visit.next += 1
      if (next !== undefined) {
        if (order[next] === 0) path.push(discover(next))
        else if (isOpen[next] === 1) lower(node, order[next] ?? 0)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.node, lowest[node] ?? 0)
      if (lowest[node] === order[node]) close(node)
    }
  }
  return found
}
