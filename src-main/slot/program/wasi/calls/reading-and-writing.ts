import { FDFLAGS, requireRights, type FileDescriptor } from '../descriptors.ts'
import { ERRNO, WasiError } from '../errno.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, inPieces, type WasiCalls, type WasiSystem } from '../system.ts'
import { readVectors, totalBytes } from '../vectors.ts'

/** `fd_read`, `fd_write` and those of them with a position. */
export function readingAndWritingCalls(system: WasiSystem): WasiCalls {
  const { memory, table } = system

  /** How many bytes were read from `position` of a file. */
  const readFile = ({ node }: FileDescriptor, vectors: readonly Uint8Array[], position: number): number => {
    let total = 0
    for (const vector of vectors) {
      const { length } = node.content.view(position + total, vector.length)
      inPieces(system, length, (start, end) => {
        vector.set(node.content.view(position + total + start, end - start), start)
      })
      total += length
      if (length < vector.length) break
    }
    return total
  }
  /** All or nothing. Answers the position behind what was written. */
  const writeFile = (
    { volume, node }: FileDescriptor,
    vectors: readonly Uint8Array[],
    at: number,
  ): number => {
    const total = totalBytes(vectors)
    const end = at + total
    if (total === 0) return at
    if (end > volume.maxBytes) throw new WasiError(ERRNO.fbig)
    const { size } = node.content
    if (at > size) chargeBytes(system, at - size)
    if (end > size) volume.resize(node, end)
    let position = at
    for (const vector of vectors) {
      inPieces(system, vector.length, (start, stop) => {
        volume.write(node, position + start, vector.subarray(start, stop))
      })
      position += vector.length
    }
    return end
  }
  const writeAt = (descriptor: FileDescriptor, position: number): number =>
    (descriptor.flags & FDFLAGS.append) === 0 ? position : descriptor.node.content.size

  return {
    fd_read: (fd: number, vectorsAt: number, count: number, readAt: number) => {
      const descriptor = table.get(fd)
      if (descriptor.kind === 'output') return ERRNO.badf
      if (descriptor.kind === 'directory') return ERRNO.isdir
      requireRights(descriptor, RIGHTS.read)
      memory.span(readAt, 4)
      const vectors = readVectors(system, vectorsAt, count)
      let total = 0
      if (descriptor.kind === 'file') {
        total = readFile(descriptor, vectors, descriptor.position)
        descriptor.position += total
      } else {
        const { stream } = descriptor
        for (const bytes of vectors) {
          chargeBytes(system, Math.min(bytes.length, stream.available))
          const read = stream.read(bytes)
          total += read
          if (read < bytes.length) break
        }
      }
      memory.setU32(readAt, total)
      return ERRNO.success
    },
    fd_write: (fd: number, vectorsAt: number, count: number, writtenAt: number) => {
      const descriptor = table.get(fd)
      if (descriptor.kind === 'input') return ERRNO.badf
      if (descriptor.kind === 'directory') return ERRNO.isdir
      requireRights(descriptor, RIGHTS.write)
      memory.span(writtenAt, 4)
      const vectors = readVectors(system, vectorsAt, count)
      const total = totalBytes(vectors)
      // More than the answer can count.
      if (total > 0xffff_ffff) return ERRNO.inval
      if (descriptor.kind === 'file') {
        descriptor.position = writeFile(descriptor, vectors, writeAt(descriptor, descriptor.position))
      } else {
        chargeBytes(system, total)
        for (const bytes of vectors) descriptor.stream.write(bytes)
      }
      memory.setU32(writtenAt, total)
      return ERRNO.success
    },
    fd_pread: (fd: number, vectorsAt: number, count: number, offset: bigint, readAt: number) => {
      const descriptor = table.file(fd, RIGHTS.read | RIGHTS.seek)
      memory.span(readAt, 4)
      const vectors = readVectors(system, vectorsAt, count)
      memory.setU32(readAt, readFile(descriptor, vectors, fileOffset(offset)))
      return ERRNO.success
    },
    fd_pwrite: (fd: number, vectorsAt: number, count: number, offset: bigint, writtenAt: number) => {
      const descriptor = table.file(fd, RIGHTS.write | RIGHTS.seek)
      memory.span(writtenAt, 4)
      const vectors = readVectors(system, vectorsAt, count)
      const total = totalBytes(vectors)
      writeFile(descriptor, vectors, writeAt(descriptor, fileOffset(offset)))
      memory.setU32(writtenAt, total)
      return ERRNO.success
    },
  }
}

/** Throws `inval` for a position that no file has and no number counts exactly. */
export function fileOffset(offset: bigint): number {
  if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError(ERRNO.inval)
  return Number(offset)
}
