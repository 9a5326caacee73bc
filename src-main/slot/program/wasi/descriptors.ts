import { LIMITS } from '../../../domain/limits.ts'
import { ERRNO, WasiError } from './errno.ts'
import type { DirectoryNode, FileNode } from './files/node.ts'
import type { Volume } from './files/volume.ts'
import type { InputStream, OutputStream } from './streams.ts'

export const FILE_TYPES = {
  unknown: 0,
  characterDevice: 2,
  directory: 3,
  regularFile: 4,
  symbolicLink: 7,
} as const

/** Flags of a descriptor. Only `append` changes anything: all files are in memory, nothing waits or is left behind. */
export const FDFLAGS = { append: 1, all: 31 } as const

/** What a unit holds open. */
export type Descriptor = InputDescriptor | OutputDescriptor | FileDescriptor | DirectoryDescriptor

interface Common {
  rightsBase: bigint
  rightsInheriting: bigint
  flags: number
}
export interface InputDescriptor extends Common {
  readonly kind: 'input'
  readonly stream: InputStream
}
export interface OutputDescriptor extends Common {
  readonly kind: 'output'
  readonly stream: OutputStream
  readonly name: 'stdout' | 'stderr'
}
export interface FileDescriptor extends Common {
  readonly kind: 'file'
  readonly volume: Volume
  readonly node: FileNode
  /** A safe integer; may lie beyond the end. */
  position: number
}
export interface DirectoryDescriptor extends Common {
  readonly kind: 'directory'
  readonly volume: Volume
  readonly node: DirectoryNode
  /** Absolute path that it was preopened under. */
  readonly preopen?: string
  /** Names as they were when reading from the start began: cookies stay valid while entries come and go. */
  listing?: readonly string[]
}

export function fileTypeOf({ kind }: Descriptor): number {
  if (kind === 'file') return FILE_TYPES.regularFile
  return kind === 'directory' ? FILE_TYPES.directory : FILE_TYPES.characterDevice
}

/** The unit's open descriptors by number; a new one gets the lowest that is free. */
export class DescriptorTable {
  readonly #open = new Map<number, Descriptor>()

  /** Throws `badf` for a number that is not open. */
  get(fd: number): Descriptor {
    const descriptor = this.#open.get(fd >>> 0)
    if (descriptor === undefined) throw new WasiError(ERRNO.badf)
    return descriptor
  }

  /** Throws `badf`, then `notcapable` when the descriptor lacks one of the rights. */
  getWith(fd: number, rights: bigint): Descriptor {
    const descriptor = this.get(fd)
    requireRights(descriptor, rights)
    return descriptor
  }

  /** Throws `badf`, `isdir` for a folder, `spipe` for a stream, then `notcapable`. */
  file(fd: number, rights: bigint): FileDescriptor {
    const descriptor = this.get(fd)
    if (descriptor.kind === 'directory') throw new WasiError(ERRNO.isdir)
    if (descriptor.kind !== 'file') throw new WasiError(ERRNO.spipe)
    requireRights(descriptor, rights)
    return descriptor
  }

  /** Throws `badf`, `notdir`, then `notcapable`. */
  directory(fd: number, rights: bigint): DirectoryDescriptor {
    const descriptor = this.get(fd)
    if (descriptor.kind !== 'directory') throw new WasiError(ERRNO.notdir)
    requireRights(descriptor, rights)
    return descriptor
  }

  /** The number that {@link open} gives next. Throws `mfile`. */
  get lowestFree(): number {
    for (let fd = 0; fd < LIMITS.openFiles; fd++) if (!this.#open.has(fd)) return fd
    throw new WasiError(ERRNO.mfile)
  }

  open(descriptor: Descriptor): number {
    const fd = this.lowestFree
    this.#place(fd, descriptor)
    return fd
  }

  close(fd: number): void {
    const descriptor = this.get(fd)
    this.#open.delete(fd >>> 0)
    if (descriptor.kind === 'file') descriptor.volume.closed(descriptor.node)
  }

  /** Moves `from` over `to`, which must be open too and is closed by this. */
  renumber(from: number, to: number): void {
    const descriptor = this.get(from)
    this.get(to)
    if (from === to) return
    this.close(to)
    this.#open.set(to >>> 0, descriptor)
    this.#open.delete(from >>> 0)
  }

  entries(): IterableIterator<[number, Descriptor]> {
    return this.#open.entries()
  }

  /** Makes these the open ones. The volumes must be as they were with nothing open. */
  restore(descriptors: Iterable<readonly [number, Descriptor]>): void {
    this.#open.clear()
    for (const [fd, descriptor] of descriptors) this.#place(fd, descriptor)
  }

  #place(fd: number, descriptor: Descriptor): void {
    this.#open.set(fd, descriptor)
    if (descriptor.kind === 'file') descriptor.volume.opened(descriptor.node)
  }
}

export function requireRights(descriptor: Descriptor, rights: bigint): void {
  if ((descriptor.rightsBase & rights) !== rights) throw new WasiError(ERRNO.notcapable)
}
