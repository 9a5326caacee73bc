import { unusable } from '../../snapshot/unusable.ts'
import { ERRNO, WasiError } from '../errno.ts'
import { FileContent } from './file-content.ts'
import type { DirectoryNode, FileNode, Node, SymlinkNode, Times } from './node.ts'

export interface VolumeInit {
  /** What files say as their device: tells inodes of several volumes apart. */
  readonly device: number
  readonly isWritable: boolean
  /** Bytes of files, a file with several names counted for each: as they are when they are taken out. */
  readonly maxBytes: number
  /** Names below the root. */
  readonly maxEntries: number
  /** The unit's calendar, in nanoseconds. */
  now(): bigint
}

/** A name that may or may not stand for something yet. */
export interface Entry {
  readonly parent: DirectoryNode
  readonly name: string
}

/**
 * One preopened tree of files in memory. Keeps its limits, its inode numbers and its times; what a unit may do is
 * checked by the calls. Throws `nospc` beyond its limits, and then nothing has changed.
 */
export class Volume {
  readonly device: number
  readonly isWritable: boolean
  readonly maxBytes: number
  readonly maxEntries: number
  readonly #now: () => bigint
  #root: DirectoryNode
  #nextInode = 1
  #bytes = 0
  #entries = 0

  constructor(init: VolumeInit) {
    this.device = init.device
    this.isWritable = init.isWritable
    this.maxBytes = init.maxBytes
    this.maxEntries = init.maxEntries
    this.#now = () => init.now()
    this.#root = { ...this.#newNode(), type: 'directory', links: 1, parent: undefined, entries: new Map() }
  }

  get root(): DirectoryNode {
    return this.#root
  }

  /** The number that the next new node gets. */
  get nextInode(): number {
    return this.#nextInode
  }

  createFile(at: Entry, bytes: Uint8Array = new Uint8Array(0)): FileNode {
    this.#checkRoom(at)
    this.#reserve(bytes.length)
    return this.#name(at, {
      ...this.#newNode(),
      type: 'file',
      content: new FileContent(bytes),
      opens: 0,
    })
  }

  createDirectory(at: Entry): DirectoryNode {
    this.#checkRoom(at)
    return this.#name(at, {
      ...this.#newNode(),
      type: 'directory',
      parent: at.parent,
      entries: new Map(),
    })
  }

  createSymlink(at: Entry, target: string): SymlinkNode {
    this.#checkRoom(at)
    return this.#name(at, { ...this.#newNode(), type: 'symlink', target })
  }

  /** Gives a file or symbolic link one more name. */
  link(at: Entry, node: FileNode | SymlinkNode): void {
    this.#checkRoom(at)
    if (node.type === 'file') this.#reserve(node.content.size)
    this.#name(at, node)
    node.times = { ...node.times, changedNs: this.#now() }
  }

  /** Takes a name away; an open file lives on without it. A folder must be empty. */
  unlink({ parent, name }: Entry): void {
    const node = parent.entries.get(name)
    if (node === undefined) return
    parent.entries.delete(name)
    this.#entries -= 1
    this.#touch(parent)
    this.#rehold(node, () => {
      node.links -= 1
    })
  }

  /** Moves a name over another, replacing what it stands for. */
  rename(from: Entry, to: Entry): void {
    const node = from.parent.entries.get(from.name)
    if (node === undefined) return
    checkPresent(to.parent)
    this.unlink(to)
    from.parent.entries.delete(from.name)
    to.parent.entries.set(to.name, node)
    if (node.type === 'directory') node.parent = to.parent
    for (const parent of [from.parent, to.parent]) this.#touch(parent)
    node.times = { ...node.times, changedNs: this.#now() }
  }

  /** Throws `fbig` when the file would be too large for the volume as a whole. */
  resize(file: FileNode, size: number): void {
    if (size > this.maxBytes) throw new WasiError(ERRNO.fbig)
    this.#reserve((size - file.content.size) * holders(file))
    file.content.resize(size)
    this.#touch(file)
  }

  /** Within the file's size. */
  write(file: FileNode, at: number, bytes: Uint8Array): void {
    file.content.write(at, bytes)
    this.#touch(file)
  }

  opened(file: FileNode): void {
    this.#rehold(file, () => {
      file.opens += 1
    })
  }

  closed(file: FileNode): void {
    this.#rehold(file, () => {
      file.opens -= 1
    })
  }

  /** Makes these nodes, the root first, all that there is; none counts as open. */
  restore(nodes: readonly Node[], nextInode: number): void {
    const [root] = nodes
    if (root?.type !== 'directory') throw unusable('its files have no root')
    this.#root = root
    this.#nextInode = nextInode
    this.#entries = nodes.reduce((sum, node) => sum + node.links, 0) - root.links
    this.#bytes = 0
    for (const node of nodes) if (node.type === 'file') this.#bytes += node.content.size * holders(node)
  }

  #newNode(): { inode: number; links: number; times: Times } {
    const now = this.#now()
    const inode = this.#nextInode
    this.#nextInode += 1
    return { inode, links: 0, times: { accessedNs: now, modifiedNs: now, changedNs: now } }
  }

  #checkRoom({ parent }: Entry): void {
    if (this.#entries >= this.maxEntries) throw new WasiError(ERRNO.nospc)
    checkPresent(parent)
  }

  #name<N extends Node>({ parent, name }: Entry, node: N): N {
    parent.entries.set(name, node)
    node.links += 1
    this.#entries += 1
    this.#touch(parent)
    return node
  }

  #touch(node: Node): void {
    const now = this.#now()
    node.times = { ...node.times, modifiedNs: now, changedNs: now }
  }

  #reserve(bytes: number): void {
    if (this.#bytes + bytes > this.maxBytes) throw new WasiError(ERRNO.nospc)
    this.#bytes += bytes
  }

  /** Counts a node's bytes anew after a change of who holds it. */
  #rehold(node: Node, change: () => void): void {
    const before = node.type === 'file' ? holders(node) : 0
    change()
    if (node.type === 'file') this.#bytes += (holders(node) - before) * node.content.size
  }
}

/** A folder that was removed while it is open takes nothing in any more. */
function checkPresent(directory: DirectoryNode): void {
  if (directory.links === 0) throw new WasiError(ERRNO.noent)
}

/** How often the bytes of a file count: once for each name, once without a name as long as it is open. */
function holders(file: FileNode): number {
  return Math.max(file.links, Math.min(file.opens, 1))
}
