import { FILE_TYPES, fileTypeOf } from '../descriptors.ts'
import { ERRNO, WasiError } from '../errno.ts'
import type { Node } from '../files/node.ts'
import type { Volume } from '../files/volume.ts'
import type { GuestMemory } from '../guest-memory.ts'
import { look, readPath } from '../paths.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'
import { encodeText } from '../text.ts'
import { fileOffset } from './reading-and-writing.ts'

const FILESTAT_BYTES = 64
const SET = { accessed: 1, accessedNow: 2, modified: 4, modifiedNow: 8, all: 15 } as const

/** What is known about a file, and changing its size and times. */
export function filestatCalls(system: WasiSystem): WasiCalls {
  const { memory, table, clock } = system

  const setTimes = (node: Node, accessed: bigint, modified: bigint, flags: number): number => {
    const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0
    if ((flags & ~SET.all) !== 0) return ERRNO.inval
    if (both(SET.accessed, SET.accessedNow) || both(SET.modified, SET.modifiedNow)) return ERRNO.inval
    const now = clock.calendarNs()
    const time = (given: number, current: number, value: bigint, before: bigint): bigint =>
      (flags & given) !== 0 ? BigInt.asUintN(64, value) : (flags & current) !== 0 ? now : before
    const { accessedNs, modifiedNs } = node.times
    node.times = {
      accessedNs: time(SET.accessed, SET.accessedNow, accessed, accessedNs),
      modifiedNs: time(SET.modified, SET.modifiedNow, modified, modifiedNs),
      changedNs: now,
    }
    return ERRNO.success
  }

  return {
    fd_filestat_get: (fd: number, at: number) => {
      const descriptor = table.getWith(fd, RIGHTS.filestatGet)
      if (descriptor.kind === 'file' || descriptor.kind === 'directory') {
        writeFilestat(memory, at, descriptor.volume, descriptor.node)
        return ERRNO.success
      }
      memory.span(at, FILESTAT_BYTES).fill(0)
      memory.setU8(at + 16, fileTypeOf(descriptor))
      memory.setU64(at + 24, 1n)
      return ERRNO.success
    },
    fd_filestat_set_size: (fd: number, size: bigint) => {
      const descriptor = table.getWith(fd, RIGHTS.filestatSetSize)
      if (descriptor.kind !== 'file') return ERRNO.inval
      const { volume, node } = descriptor
      const wanted = fileOffset(size)
      if (wanted > volume.maxBytes) return ERRNO.fbig
      chargeBytes(system, Math.abs(wanted - node.content.size))
      volume.resize(node, wanted)
      return ERRNO.success
    },
    fd_filestat_set_times: (fd: number, accessed: bigint, modified: bigint, flags: number) => {
      const descriptor = table.getWith(fd, RIGHTS.filestatSetTimes)
      if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') return ERRNO.inval
      return setTimes(descriptor.node, accessed, modified, flags)
    },
    path_filestat_get: (fd: number, lookup: number, pathAt: number, length: number, at: number) => {
      const directory = table.directory(fd, RIGHTS.pathFilestatGet)
      const { node, saysDirectory } = look(system, directory, readPath(system, pathAt, length), lookup)
      writeFilestat(memory, at, directory.volume, present(node, saysDirectory))
      return ERRNO.success
    },
    path_filestat_set_times: (
      fd: number,
      lookup: number,
      pathAt: number,
      length: number,
      accessed: bigint,
      modified: bigint,
      flags: number,
    ) => {
      const directory = table.directory(fd, RIGHTS.pathFilestatSetTimes)
      const { node, saysDirectory } = look(system, directory, readPath(system, pathAt, length), lookup)
      return setTimes(present(node, saysDirectory), accessed, modified, flags)
    },
  }
}

/** Throws `noent`, and `notdir` for something else at the end of a path that means a folder. */
export function present(node: Node | undefined, saysDirectory: boolean): Node {
  if (node === undefined) throw new WasiError(ERRNO.noent)
  if (saysDirectory && node.type !== 'directory') throw new WasiError(ERRNO.notdir)
  return node
}

export function fileTypeOfNode({ type }: Node): number {
  if (type === 'directory') return FILE_TYPES.directory
  return type === 'file' ? FILE_TYPES.regularFile : FILE_TYPES.symbolicLink
}

function writeFilestat(memory: GuestMemory, at: number, volume: Volume, node: Node): void {
  memory.span(at, FILESTAT_BYTES).fill(0)
  memory.setU64(at, BigInt(volume.device))
  memory.setU64(at + 8, BigInt(node.inode))
  memory.setU8(at + 16, fileTypeOfNode(node))
  memory.setU64(at + 24, BigInt(node.links))
  memory.setU64(at + 32, BigInt(sizeOf(node)))
  memory.setU64(at + 40, node.times.accessedNs)
  memory.setU64(at + 48, node.times.modifiedNs)
  memory.setU64(at + 56, node.times.changedNs)
}

function sizeOf(node: Node): number {
  if (node.type === 'file') return node.content.size
  return node.type === 'symlink' ? encodeText(node.target).length : 0
}
