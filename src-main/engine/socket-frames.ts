import { deserialize, serialize } from 'node:v8'
import { LIMITS } from '../domain/limits.ts'

/**
 * A frame is the length of its body (4 bytes, big endian) and the body: one structured-clone value as node:v8 writes
 * it. Both ends run as the same user. A frame that is longer than `LIMITS.socketFrameBytes`, or that does not decode,
 * ends the stream: there is no place from which it could be understood again.
 */
export const FRAME_HEADER_BYTES = 4

export function frameBody(message: unknown): Buffer {
  return serialize(message)
}

/** Collects chunks and gives the values that are complete; undefined, for good, after a frame that is none. */
export function frameReader(): (chunk: Buffer) => unknown[] | undefined {
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let wantedBytes = FRAME_HEADER_BYTES
  let inBody = false
  let broken = false

  const take = (): Buffer => {
    const all = waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting)
    const piece = all.subarray(0, wantedBytes)
    const rest = all.subarray(wantedBytes)
    waiting = rest.byteLength > 0 ? [rest] : []
    waitingBytes = rest.byteLength
    return piece
  }
  const readAll = (messages: unknown[]): void => {
    while (waitingBytes >= wantedBytes) {
      const piece = take()
      if (inBody) messages.push(deserialize(piece))
      wantedBytes = inBody ? FRAME_HEADER_BYTES : piece.readUInt32BE()
      if (wantedBytes > LIMITS.socketFrameBytes) throw new RangeError('frame beyond the limit')
      inBody = !inBody
    }
  }
  return (chunk) => {
    if (broken) return undefined
    waiting.push(chunk)
    waitingBytes += chunk.byteLength
    const messages: unknown[] = []
    try {
      readAll(messages)
      return messages
    } catch {
      broken = true
      waiting = []
      return undefined
    }
  }
}
