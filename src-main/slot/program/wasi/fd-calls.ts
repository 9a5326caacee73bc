import { RIGHTS } from './descriptors.ts'
import { ERRNO, WasiError } from './errno.ts'
import type { WasiCalls, WasiSystem } from './system.ts'

const MAX_VECTORS = 1024
const VECTOR_BYTES = 8
const FDSTAT_BYTES = 24
const FILESTAT_BYTES = 64
const FLAG_MASK = 31
/** Synchronised and non-blocking descriptors mean nothing here: dsync, nonblock, rsync and sync are not supported. */
const UNSUPPORTED_FLAGS = 30

/** Calls on open descriptors. Only streams exist so far: what needs a position or a directory says so. */
export function fdCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system

  const vectors = (at: number, count: number): Uint8Array[] => {
    const length = count >>> 0
    if (length > MAX_VECTORS) throw new WasiError(ERRNO.inval)
    return Array.from({ length }, (_, i) => {
      const vector = (at >>> 0) + i * VECTOR_BYTES
      return memory.span(memory.u32(vector), memory.u32(vector + 4))
    })
  }
  const noPosition = (fd: number): number => {
    table.get(fd)
    return ERRNO.spipe
  }
  const accept = (fd: number): number => {
    table.get(fd)
    return ERRNO.success
  }

  return {
    fd_read: (fd: number, vectorsAt: number, count: number, readAt: number) => {
      const descriptor = table.get(fd)
      if (descriptor.read === undefined) return ERRNO.badf
      if ((descriptor.rightsBase & RIGHTS.read) === 0n) return ERRNO.notcapable
      memory.span(readAt, 4)
      let total = 0
      for (const bytes of vectors(vectorsAt, count)) {
        system.chargeBytes(Math.min(bytes.length, descriptor.available))
        const read = descriptor.read(bytes)
        total += read
        if (read < bytes.length) break
      }
      memory.setU32(readAt, total)
      return ERRNO.success
    },
    fd_write: (fd: number, vectorsAt: number, count: number, writtenAt: number) => {
      const descriptor = table.get(fd)
      if (descriptor.write === undefined) return ERRNO.badf
      if ((descriptor.rightsBase & RIGHTS.write) === 0n) return ERRNO.notcapable
      memory.span(writtenAt, 4)
      const list = vectors(vectorsAt, count)
      const total = list.reduce((sum, bytes) => sum + bytes.length, 0)
      // More than the answer can count.
      if (total > 0xffff_ffff) return ERRNO.inval
      system.chargeBytes(total)
      for (const bytes of list) descriptor.write(bytes)
      memory.setU32(writtenAt, total)
      return ERRNO.success
    },
    fd_close: (fd: number) => {
      table.close(fd)
      return ERRNO.success
    },
    fd_renumber: (from: number, to: number) => {
      table.renumber(from, to)
      return ERRNO.success
    },
    fd_fdstat_get: (fd: number, at: number) => {
      const descriptor = table.get(fd)
      memory.span(at, FDSTAT_BYTES).fill(0)
      memory.setU8(at, descriptor.fileType)
      memory.setU16(at + 2, descriptor.flags)
      memory.setU64(at + 8, descriptor.rightsBase)
      memory.setU64(at + 16, descriptor.rightsInheriting)
      return ERRNO.success
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      const descriptor = table.get(fd)
      if ((flags & ~FLAG_MASK) !== 0) return ERRNO.inval
      if ((flags & UNSUPPORTED_FLAGS) !== 0) return ERRNO.notsup
      descriptor.flags = flags
      return ERRNO.success
    },
    fd_fdstat_set_rights: (fd: number, base: bigint, inheriting: bigint) => {
      const descriptor = table.get(fd)
      const rightsBase = BigInt.asUintN(64, base)
      const rightsInheriting = BigInt.asUintN(64, inheriting)
      if ((rightsBase & ~descriptor.rightsBase) !== 0n) return ERRNO.notcapable
      if ((rightsInheriting & ~descriptor.rightsInheriting) !== 0n) return ERRNO.notcapable
      descriptor.rightsBase = rightsBase
      descriptor.rightsInheriting = rightsInheriting
      return ERRNO.success
    },
    fd_filestat_get: (fd: number, at: number) => {
      const descriptor = table.getWith(fd, RIGHTS.filestatGet)
      memory.span(at, FILESTAT_BYTES).fill(0)
      memory.setU8(at + 16, descriptor.fileType)
      memory.setU64(at + 24, 1n)
      return ERRNO.success
    },
    fd_filestat_set_size: (fd: number) => {
      table.getWith(fd, RIGHTS.filestatSetSize)
      return ERRNO.inval
    },
    fd_filestat_set_times: (fd: number) => {
      table.getWith(fd, RIGHTS.filestatSetTimes)
      return ERRNO.inval
    },
    fd_seek: noPosition,
    fd_tell: noPosition,
    fd_pread: noPosition,
    fd_pwrite: noPosition,
    fd_advise: noPosition,
    fd_allocate: noPosition,
    fd_sync: accept,
    fd_datasync: accept,
  }
}
