import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import type { Port } from '../contracts/rpc.ts'
import { LIMITS } from '../domain/limits.ts'

/**
 * A frame is the length of its body (4 bytes, big endian) and the body: one structured-clone value as node:v8 writes
 * it. Both ends run as the same user. A frame that is longer than `LIMITS.socketFrameBytes`, or that does not decode,
 * closes the socket.
 */
const HEADER_BYTES = 4
/** A reader that lets this much wait is gone for all we can tell; its socket is closed. */
const UNSENT_BYTES_MAX = 2 * LIMITS.socketFrameBytes

export interface SocketPort extends Port {
  /** Sends what was posted, then ends the connection. */
  close(): void
}

/** Frames the values of a contract over a connected socket. Takes the socket over: nobody else may read it. */
export function socketPort(socket: Socket): SocketPort {
  const listeners = new Set<(message: unknown) => void>()
  const closers = new Set<() => void>()
  const read = frameReader()
  socket.on('data', (chunk: Buffer) => {
    const messages = read(chunk)
    if (messages === undefined) {
      // There is no place in the stream from which it could be understood again.
      socket.destroy()
      return
    }
    for (const message of messages) for (const listener of listeners) listener(message)
  })
  // The close that follows an error says all that a port has to say.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const closer of closers) closer()
    closers.clear()
    listeners.clear()
  })
  return {
    post: (message) => {
      if (!socket.writable) return
      const body = serialize(message)
      const header = Buffer.allocUnsafe(HEADER_BYTES)
      header.writeUInt32BE(body.byteLength)
      socket.cork()
      socket.write(header)
      socket.write(body)
      socket.uncork()
      if (body.byteLength > LIMITS.socketFrameBytes || socket.writableLength > UNSENT_BYTES_MAX)
        socket.destroy()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onClose: (listener) => {
      if (socket.closed) listener()
      else closers.add(listener)
      return () => closers.delete(listener)
    },
    close: () => socket.end(),
  }
}

/** Collects chunks and gives the values that are complete; undefined, for good, after a frame that is none. */
function frameReader(): (chunk: Buffer) => unknown[] | undefined {
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let wantedBytes = HEADER_BYTES
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
      wantedBytes = inBody ? HEADER_BYTES : piece.readUInt32BE()
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
