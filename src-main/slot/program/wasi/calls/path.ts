import { ERRNO, WasiError } from '../errno.ts'
import type { DirectoryNode, Node } from '../files/node.ts'
import { follows, look, newEntry, readPath, seekName } from '../paths.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'
import { encodeText } from '../text.ts'
import { present } from './filestat.ts'

/** Names: making, linking, moving and taking away. */
export function pathCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system

  return {
    path_create_directory: (fd: number, pathAt: number, length: number) => {
      const directory = table.directory(fd, RIGHTS.createDirectory)
      const place = seekName(system, directory, readPath(system, pathAt, length))
      if (place.node !== undefined) return ERRNO.exist
      directory.volume.createDirectory(newEntry(place))
      return ERRNO.success
    },
    path_symlink: (targetAt: number, targetLength: number, fd: number, pathAt: number, length: number) => {
      const directory = table.directory(fd, RIGHTS.symlink)
      const target = readPath(system, targetAt, targetLength)
      if (target === '') return ERRNO.noent
      // It would lead out of every folder that a unit has.
      if (target.startsWith('/')) return ERRNO.perm
      const place = seekName(system, directory, readPath(system, pathAt, length))
      if (place.node !== undefined) return ERRNO.exist
      if (place.saysDirectory) return ERRNO.noent
      directory.volume.createSymlink(newEntry(place), target)
      return ERRNO.success
    },
    path_readlink: (
      fd: number,
      pathAt: number,
      length: number,
      at: number,
      bufferLength: number,
      usedAt: number,
    ) => {
      const directory = table.directory(fd, RIGHTS.readlink)
      const { node, saysDirectory } = look(system, directory, readPath(system, pathAt, length), 0)
      const link = present(node, saysDirectory)
      if (link.type !== 'symlink') return ERRNO.inval
      const target = encodeText(link.target).subarray(0, bufferLength >>> 0)
      memory.span(usedAt, 4)
      chargeBytes(system, target.length)
      memory.span(at, target.length).set(target)
      memory.setU32(usedAt, target.length)
      return ERRNO.success
    },
    path_link: (
      fromFd: number,
      lookup: number,
      fromAt: number,
      fromLength: number,
      toFd: number,
      toAt: number,
      toLength: number,
    ) => {
      const fromDirectory = table.directory(fromFd, RIGHTS.linkSource)
      const toDirectory = table.directory(toFd, RIGHTS.linkTarget)
      if (follows(lookup)) return ERRNO.inval
      const from = look(system, fromDirectory, readPath(system, fromAt, fromLength), 0)
      const node = present(from.node, from.saysDirectory)
      const to = seekName(system, toDirectory, readPath(system, toAt, toLength))
      if (to.node !== undefined) return ERRNO.exist
      if (to.saysDirectory) return ERRNO.noent
      if (fromDirectory.volume !== toDirectory.volume) return ERRNO.xdev
      if (node.type === 'directory') return ERRNO.perm
      toDirectory.volume.link(newEntry(to), node)
      return ERRNO.success
    },
    path_rename: (
      fromFd: number,
      fromAt: number,
      fromLength: number,
      toFd: number,
      toAt: number,
      toLength: number,
    ) => {
      const fromDirectory = table.directory(fromFd, RIGHTS.renameSource)
      const toDirectory = table.directory(toFd, RIGHTS.renameTarget)
      const from = seekName(system, fromDirectory, readPath(system, fromAt, fromLength))
      const to = seekName(system, toDirectory, readPath(system, toAt, toLength))
      if (from.parent === undefined || to.parent === undefined) return ERRNO.busy
      const node = present(from.node, from.saysDirectory)
      if (fromDirectory.volume !== toDirectory.volume) return ERRNO.xdev
      if (node.type !== 'directory' && to.saysDirectory) return ERRNO.notdir
      if (node.type === 'directory' && isWithin(to.parent, node)) return ERRNO.inval
      if (to.node?.type === 'directory' && isWithin(from.parent, to.node)) return ERRNO.notempty
      if (to.node === node) return ERRNO.success
      if (to.node !== undefined) checkReplaces(node, to.node)
      toDirectory.volume.rename({ parent: from.parent, name: from.name }, newEntry(to))
      return ERRNO.success
    },
    path_unlink_file: (fd: number, pathAt: number, length: number) => {
      const directory = table.directory(fd, RIGHTS.unlinkFile)
      const place = seekName(system, directory, readPath(system, pathAt, length))
      if (place.node?.type === 'directory') return ERRNO.isdir
      present(place.node, place.saysDirectory)
      directory.volume.unlink(newEntry(place))
      return ERRNO.success
    },
    path_remove_directory: (fd: number, pathAt: number, length: number) => {
      const directory = table.directory(fd, RIGHTS.removeDirectory)
      const place = seekName(system, directory, readPath(system, pathAt, length))
      const node = present(place.node, true)
      if (place.parent === undefined || node.type !== 'directory') return ERRNO.inval
      if (node.entries.size > 0) return ERRNO.notempty
      directory.volume.unlink({ parent: place.parent, name: place.name })
      return ERRNO.success
    },
  }
}

/** Whether a rename may put `node` in the place of `other`. */
function checkReplaces(node: Node, other: Node): void {
  if (node.type !== 'directory') {
    if (other.type === 'directory') throw new WasiError(ERRNO.isdir)
    return
  }
  if (other.type !== 'directory') throw new WasiError(ERRNO.notdir)
  if (other.entries.size > 0) throw new WasiError(ERRNO.notempty)
}

function isWithin(directory: DirectoryNode, ancestor: DirectoryNode): boolean {
  for (let at: DirectoryNode | undefined = directory; at !== undefined; at = at.parent)
    if (at === ancestor) return true
  return false
}
