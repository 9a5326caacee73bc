import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { socketPort } from '../../src-main/engine/socket-port.ts'

let dir: string
let server: Server
let near: Socket
let far: Socket

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'socket-port-'))
  server = createServer()
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${String(process.pid)}` : join(dir, 's')
  server.listen(path)
  await once(server, 'listening')
  near = connect(path)
  ;[far] = (await once(server, 'connection')) as [Socket]
})
afterEach(async () => {
  near.destroy()
  far.destroy()
  server.close()
  await once(server, 'close')
  rmSync(dir, { recursive: true })
})

function frame(body: Uint8Array): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.byteLength)
  return Buffer.concat([header, body])
}

const closed = (port: { onClose(listener: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => port.onClose(resolve))

/** The next `count` values that arrive. */
function arrivals(
  port: { subscribe(listener: (value: unknown) => void): () => void },
  count: number,
): Promise<unknown[]> {
  return new Promise((resolve) => {
    const values: unknown[] = []
    const stop = port.subscribe((value) => {
      values.push(value)
      if (values.length === count) {
        stop()
        resolve(values)
      }
    })
  })
}

describe('socket port', () => {
  it('carries structured-clone values in order', async () => {
    const values = [{ fuel: 10n ** 13n, bytes: new Uint8Array([1, 2]), none: undefined }, 'two', null, [3]]
    const got = arrivals(socketPort(far), values.length)
    const port = socketPort(near)
    for (const value of values) port.post(value)
    expect(await got).toEqual(values)
  })

  it('puts values together from pieces of any length', async () => {
    const whole = Buffer.concat([frame(serialize('one')), frame(serialize({ two: 2 }))])
    const got = arrivals(socketPort(far), 2)
    for (const byte of whole) near.write(Uint8Array.of(byte))
    expect(await got).toEqual(['one', { two: 2 }])
  })

  it('carries a large value', async () => {
    const got = arrivals(socketPort(far), 1)
    socketPort(near).post(new Uint8Array(16 * 1024 * 1024).fill(7))
    const [value] = await got
    expect((value as Uint8Array).byteLength).toBe(16 * 1024 * 1024)
  })

  it('closes on a length beyond the limit', async () => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(LIMITS.socketFrameBytes + 1)
    const port = socketPort(far)
    near.on('error', () => undefined)
    near.write(header)
    await closed(port)
  })

  it('closes on a body that is no value', async () => {
    const port = socketPort(far)
    near.on('error', () => undefined)
    near.write(frame(Buffer.from('not a value')))
    await closed(port)
  })

  it('closes or waits on any other bytes, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const socket = connect(server.address() as string)
        const [other] = (await once(server, 'connection')) as [Socket]
        const port = socketPort(other)
        socket.on('error', () => undefined)
        socket.end(bytes)
        socket.resume()
        await closed(port)
        socket.destroy()
      }),
      { seed: 11, numRuns: 100 },
    )
  })

  it('tells that the other side is gone, also to those who ask late', async () => {
    const port = socketPort(far)
    near.destroy()
    await closed(port)
    await closed(port)
    port.post('dropped')
  })

  it('sends what was posted before it closes', async () => {
    const got = arrivals(socketPort(far), 1)
    const port = socketPort(near)
    port.post('last words')
    port.close()
    expect(await got).toEqual(['last words'])
  })
})
