import type { FileContent } from './file-content.ts'

/** What a name in a folder stands for. */
export type Node = FileNode | DirectoryNode | SymlinkNode

interface Common {
  /** Unique in its volume and never used again; in the order of creation, the root is 1. */
  readonly inode: number
  /** Names it has; 0: removed, but perhaps still open. */
  links: number
  times: Times
}

/** Nanoseconds of the unit's virtual calendar. Reading does not count as access: it would make reading a change. */
export interface Times {
  readonly accessedNs: bigint
  readonly modifiedNs: bigint
  readonly changedNs: bigint
}

export interface FileNode extends Common {
  readonly type: 'file'
  readonly content: FileContent
  /** Descriptors that have it open. */
  opens: number
}

export interface DirectoryNode extends Common {
  readonly type: 'directory'
  /** The root has none. */
  parent: DirectoryNode | undefined
  readonly entries: Map<string, Node>
}

export interface SymlinkNode extends Common {
  readonly type: 'symlink'
  readonly target: string
}
