import { FDFLAGS, fileTypeOf } from '../descriptors.ts'
import { ERRNO } from '../errno.ts'
import { RIGHTS } from '../rights.ts'
import type { WasiCalls, WasiSystem } from '../system.ts'

const FDSTAT_BYTES = 24

/** Descriptors themselves: closing, renumbering, flags and rights. */
export function descriptorCalls({ memory, table }: WasiSystem): WasiCalls {
  return {
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
      memory.setU8(at, fileTypeOf(descriptor))
      memory.setU16(at + 2, descriptor.flags)
      memory.setU64(at + 8, descriptor.rightsBase)
      memory.setU64(at + 16, descriptor.rightsInheriting)
      return ERRNO.success
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      const descriptor = table.getWith(fd, RIGHTS.fdstatSetFlags)
      if ((flags & ~FDFLAGS.all) !== 0) return ERRNO.inval
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
  }
}
