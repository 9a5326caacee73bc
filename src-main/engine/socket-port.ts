import type { Socket } from 'node:net'
import type { Port } from '../contracts/rpc.ts'
import { LIMITS } from '../domain/limits.ts'
import { FRAME_HEADER_BYTES, frameBody, frameReader } from './socket-frames.ts'

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
      const body = frameBody(message)
      const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES)
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
