import { FDFLAGS, requireRights, type DirectoryDescriptor } from '../descriptors.ts'
import { ERRNO, WasiError } from '../errno.ts'
import type { FileNode, Node } from '../files/node.ts'
import { endsAsDirectory, type Place } from '../files/resolve-path.ts'
import { look, newEntry, readPath, seekName } from '../paths.ts'
import { DIRECTORY_RIGHTS, FILE_RIGHTS, RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'
import { present } from './filestat.ts'

const OPEN = { create: 1, directory: 2, exclusive: 4, truncate: 8, all: 15 } as const

/** `path_open`. */
export function openCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system

  /** What may be made stays at a link: to make something through it takes a path that means a file. */
  const find = (directory: DirectoryDescriptor, path: string, lookup: number, openFlags: number): Place => {
    const creates = (openFlags & OPEN.create) !== 0
    const isExclusive = creates && (openFlags & OPEN.exclusive) !== 0
    const staysAtLink = isExclusive || (creates && endsAsDirectory(path))
    const place = staysAtLink ? seekName(system, directory, path) : look(system, directory, path, lookup)
    if (isExclusive && place.parent === undefined) throw new WasiError(ERRNO.exist)
    if (creates && place.saysDirectory) throw new WasiError(ERRNO.isdir)
    if (place.node === undefined && !creates) throw new WasiError(ERRNO.noent)
    if (place.node !== undefined && isExclusive) throw new WasiError(ERRNO.exist)
    return place
  }
  const create = (directory: DirectoryDescriptor, place: Place): FileNode => {
    requireRights(directory, RIGHTS.createFile)
    return directory.volume.createFile(newEntry(place))
  }
  const truncate = ({ volume }: DirectoryDescriptor, file: FileNode): void => {
    chargeBytes(system, file.content.size)
    volume.resize(file, 0)
  }

  return {
    path_open: (
      fd: number,
      lookup: number,
      pathAt: number,
      length: number,
      openFlags: number,
      rightsBase: bigint,
      rightsInheriting: bigint,
      flags: number,
      at: number,
    ) => {
      const directory = table.directory(fd, RIGHTS.open)
      if ((openFlags & ~OPEN.all) !== 0 || (flags & ~FDFLAGS.all) !== 0) return ERRNO.inval
      const asks = (flag: number): boolean => (openFlags & flag) !== 0
      if (asks(OPEN.create) && asks(OPEN.directory)) return ERRNO.inval
      if (asks(OPEN.truncate)) requireRights(directory, RIGHTS.pathFilestatSetSize)
      memory.span(at, 4)
      const place = find(directory, readPath(system, pathAt, length), lookup, openFlags)

      // Nothing is made or cut before every reason to refuse has been looked at.
      const wanted = BigInt.asUintN(64, rightsBase)
      const newFd = table.lowestFree
      if (place.node !== undefined) {
        const writes = (wanted & RIGHTS.write) !== 0n || asks(OPEN.truncate)
        checkKind(present(place.node, place.saysDirectory), asks(OPEN.directory), writes)
      }
      if (place.node?.type !== 'directory') requireInheriting(directory, wanted)
      const node = place.node ?? create(directory, place)
      if (node.type === 'file' && asks(OPEN.truncate)) truncate(directory, node)

      const { volume, rightsInheriting: inheriting } = directory
      const granted = wanted & inheriting
      const common = { volume, flags, rightsInheriting: BigInt.asUintN(64, rightsInheriting) & inheriting }
      if (node.type === 'directory')
        table.open({ kind: 'directory', node, rightsBase: granted & DIRECTORY_RIGHTS, ...common })
      else if (node.type === 'file')
        table.open({ kind: 'file', node, position: 0, rightsBase: granted & FILE_RIGHTS, ...common })
      memory.setU32(at, newFd)
      return ERRNO.success
    },
  }
}

/** `node` — what the path leads to; a symbolic link only when it was not to be followed. */
function checkKind(node: Node, asDirectory: boolean, writes: boolean): void {
  if (asDirectory && node.type !== 'directory') throw new WasiError(ERRNO.notdir)
  if (node.type === 'symlink') throw new WasiError(ERRNO.loop)
  if (node.type === 'directory' && writes) throw new WasiError(ERRNO.isdir)
}

/**
 * Rights that the folder cannot pass on are left out without a word, because libraries ask for all they know. Reading
 * and writing are what a program means: without them it is told at once.
 */
function requireInheriting({ rightsInheriting }: DirectoryDescriptor, wanted: bigint): void {
  if ((wanted & (RIGHTS.read | RIGHTS.write) & ~rightsInheriting) !== 0n)
    throw new WasiError(ERRNO.notcapable)
}
