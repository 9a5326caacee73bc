import { FileContent } from './file-content.ts'
import type { DirectoryNode, Node, Times } from './node.ts'
import type { Volume } from './volume.ts'

/** A writable volume as plain data. Nodes refer to each other by inode. */
export interface SavedVolume {
  readonly nextInode: number
  /** The root first, then in no order that matters. */
  readonly nodes: readonly SavedNode[]
}

export type SavedNode = SavedCommon &
  (
    | { readonly type: 'file'; readonly bytes: Uint8Array }
    | {
        readonly type: 'directory'
        readonly parent: number | undefined
        readonly entries: readonly (readonly [name: string, inode: number])[]
      }
    | { readonly type: 'symlink'; readonly target: string }
  )

interface SavedCommon {
  readonly inode: number
  readonly links: number
  readonly times: Times
}

/** `held` — nodes that are open: they are saved even when no name leads to them any more. */
export function saveVolume(volume: Volume, held: Iterable<Node>): SavedVolume {
  return { nextInode: volume.nextInode, nodes: [...reachable([volume.root, ...held])].map(saveNode) }
}

/** Replaces all that is in `volume`; returns its nodes by inode. Nothing counts as open. */
export function restoreVolume(volume: Volume, saved: SavedVolume): ReadonlyMap<number, Node> {
  const nodes = new Map(saved.nodes.map((node) => [node.inode, blankNode(node)]))
  for (const item of saved.nodes) {
    const node = nodes.get(item.inode)
    if (item.type !== 'directory' || node?.type !== 'directory') continue
    const parent = item.parent === undefined ? undefined : nodes.get(item.parent)
    if (parent?.type === 'directory') node.parent = parent
    for (const [name, inode] of item.entries) {
      const entry = nodes.get(inode)
      if (entry !== undefined) node.entries.set(name, entry)
    }
  }
  volume.restore([...nodes.values()], saved.nextInode)
  return nodes
}

/** Every node of a volume that has a name, by inode. */
export function nodesOf(volume: Volume): ReadonlyMap<number, Node> {
  return new Map([...reachable([volume.root])].map((node) => [node.inode, node]))
}

/** The nodes themselves, what is below them, and the folders that removed folders were in. */
function reachable(from: readonly Node[]): Set<Node> {
  const found = new Set(from)
  // A set is walked in the order of insertion, what is added on the way included.
  for (const node of found) {
    if (node.type !== 'directory') continue
    if (node.parent !== undefined) found.add(node.parent)
    for (const entry of node.entries.values()) found.add(entry)
  }
  return found
}

function saveNode(node: Node): SavedNode {
  const { inode, links, times } = node
  const common = { inode, links, times }
  if (node.type === 'file') return { ...common, type: 'file', bytes: node.content.copy() }
  if (node.type === 'symlink') return { ...common, type: 'symlink', target: node.target }
  const entries = [...node.entries].map(([name, entry]) => [name, entry.inode] as const)
  return { ...common, type: 'directory', parent: node.parent?.inode, entries }
}

function blankNode(saved: SavedNode): Node {
  const { inode, links, times } = saved
  const common = { inode, links, times }
  if (saved.type === 'symlink') return { ...common, type: 'symlink', target: saved.target }
  if (saved.type === 'file')
    return { ...common, type: 'file', content: new FileContent(new Uint8Array(saved.bytes)), opens: 0 }
  const directory: DirectoryNode = { ...common, type: 'directory', parent: undefined, entries: new Map() }
  return directory
}
