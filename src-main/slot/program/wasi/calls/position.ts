import { requireRights } from '../descriptors.ts'
import { ERRNO, WasiError } from '../errno.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'
import { fileOffset } from './reading-and-writing.ts'

const WHENCE = { set: 0, current: 1, end: 2 } as const
const MAX_ADVICE = 5

/** Where a file is read and written next, and what is said about its extent beforehand. */
export function positionCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system
  return {
    fd_seek: (fd: number, offset: bigint, whence: number, at: number) => {
      const descriptor = table.file(fd, 0n)
      const onlyTells = whence === WHENCE.current && offset === 0n
      if (!onlyTells || (descriptor.rightsBase & RIGHTS.tell) === 0n) requireRights(descriptor, RIGHTS.seek)
      memory.span(at, 8)
      const position = BigInt(origin(whence, descriptor.position, descriptor.node.content.size)) + offset
      descriptor.position = fileOffset(position)
      memory.setU64(at, position)
      return ERRNO.success
    },
    fd_tell: (fd: number, at: number) => {
      const descriptor = table.file(fd, 0n)
      // The right to seek implies the right to tell.
      if ((descriptor.rightsBase & RIGHTS.seek) === 0n) requireRights(descriptor, RIGHTS.tell)
      memory.setU64(at, BigInt(descriptor.position))
      return ERRNO.success
    },
    fd_advise: (fd: number, offset: bigint, length: bigint, advice: number) => {
      table.file(fd, RIGHTS.advise)
      return offset < 0n || length < 0n || advice >>> 0 > MAX_ADVICE ? ERRNO.inval : ERRNO.success
    },
    fd_allocate: (fd: number, offset: bigint, length: bigint) => {
      const { volume, node } = table.file(fd, RIGHTS.allocate)
      if (offset < 0n || length <= 0n) return ERRNO.inval
      const end = offset + length
      if (end > BigInt(volume.maxBytes)) return ERRNO.fbig
      const more = Number(end) - node.content.size
      if (more <= 0) return ERRNO.success
      chargeBytes(system, more)
      volume.resize(node, Number(end))
      return ERRNO.success
    },
    // Files are in memory: there is nothing to wait for.
    fd_sync: (fd: number) => {
      table.getWith(fd, RIGHTS.sync)
      return ERRNO.success
    },
    fd_datasync: (fd: number) => {
      table.getWith(fd, RIGHTS.datasync)
      return ERRNO.success
    },
  }
}

function origin(whence: number, position: number, size: number): number {
  if (whence === WHENCE.set) return 0
  if (whence === WHENCE.current) return position
  if (whence === WHENCE.end) return size
  throw new WasiError(ERRNO.inval)
}
