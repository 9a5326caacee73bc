import { compareNames } from '../../../../domain/unit-file.ts'
import { ENTRY_FUEL } from '../costs.ts'
import type { DirectoryDescriptor } from '../descriptors.ts'
import { ERRNO, WasiError } from '../errno.ts'
import type { DirectoryNode, Node } from '../files/node.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'
import { encodeText } from '../text.ts'
import { fileTypeOfNode } from './filestat.ts'

const PREOPEN_DIRECTORY = 0
const DIRENT_BYTES = 24

/** Finding the preopened folders, and listing folders. */
export function directoryCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system

  // C libraries look for preopened folders from 3 upwards until one of these answers `badf`.
  const preopen = (fd: number): Uint8Array => {
    const descriptor = table.get(fd)
    if (descriptor.kind !== 'directory' || descriptor.preopen === undefined) throw new WasiError(ERRNO.badf)
    return encodeText(descriptor.preopen)
  }
  const listing = (descriptor: DirectoryDescriptor, cookie: bigint): readonly string[] => {
    if (cookie === 0n || descriptor.listing === undefined) {
      const { entries } = descriptor.node
      system.charge(entries.size * ENTRY_FUEL)
      descriptor.listing = ['.', '..', ...[...entries.keys()].sort(compareNames)]
    }
    return descriptor.listing
  }

  return {
    fd_prestat_get: (fd: number, at: number) => {
      const name = preopen(fd)
      memory.span(at, 8)
      memory.setU32(at, PREOPEN_DIRECTORY)
      memory.setU32(at + 4, name.length)
      return ERRNO.success
    },
    fd_prestat_dir_name: (fd: number, at: number, length: number) => {
      const name = preopen(fd)
      if (length >>> 0 < name.length) return ERRNO.nametoolong
      chargeBytes(system, name.length)
      memory.span(at, name.length).set(name)
      return ERRNO.success
    },
    fd_readdir: (fd: number, at: number, length: number, cookie: bigint, usedAt: number) => {
      const descriptor = table.directory(fd, RIGHTS.readdir)
      const buffer = memory.span(at, length)
      memory.span(usedAt, 4)
      const names = listing(descriptor, cookie)
      let used = 0
      const from = cookie < 0n || cookie > BigInt(names.length) ? names.length : Number(cookie)
      for (let i = from; i < names.length && used < buffer.length; i++) {
        system.charge(ENTRY_FUEL)
        const name = names[i] ?? ''
        const node = nodeOf(descriptor.node, name)
        // Taken away since the listing was made.
        if (node === undefined) continue
        // The last entry may be cut: the guest sees that and asks for it again.
        const entry = dirent(i + 1, node, name).subarray(0, buffer.length - used)
        buffer.set(entry, used)
        used += entry.length
      }
      memory.setU32(usedAt, used)
      return ERRNO.success
    },
  }
}

function nodeOf(directory: DirectoryNode, name: string): Node | undefined {
  if (name === '.') return directory
  return name === '..' ? (directory.parent ?? directory) : directory.entries.get(name)
}

function dirent(next: number, node: Node, name: string): Uint8Array {
  const text = encodeText(name)
  const bytes = new Uint8Array(DIRENT_BYTES + text.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(next), true)
  view.setBigUint64(8, BigInt(node.inode), true)
  view.setUint32(16, text.length, true)
  view.setUint8(20, fileTypeOfNode(node))
  bytes.set(text, DIRENT_BYTES)
  return bytes
}
