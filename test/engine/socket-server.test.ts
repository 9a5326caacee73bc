import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, notice, nothing } from '../../src-main/contracts/rpc.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { connectToSocket, serveOnSocket, socketPathFor } from '../../src-main/engine/socket-server.ts'

const schema = {
  add: call<{ a: number; b: number }, number>(v.object({ a: v.number(), b: v.number() })),
  refuse: call<void, void>(nothing),
  hang: call<void, void>(nothing),
  tick: notice<{ count: number }>(v.object({ count: v.number() })),
}
const handlers = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
  refuse: () => {
    throw new PowerswarmError('not-found', 'No such thing')
  },
  hang: () => new Promise<void>(() => undefined),
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'socket-server-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('socket path', () => {
  it('lies in the engine’s folder', () => {
    expect(socketPathFor('/data/donor', 'linux')).toBe('/data/donor/engine.sock')
  })

  it('is short for a folder with a long path, and differs from folder to folder', () => {
    const long = `/${'x'.repeat(200)}`
    expect(Buffer.byteLength(socketPathFor(long, 'linux'))).toBeLessThan(104)
    expect(socketPathFor(long, 'linux')).not.toBe(socketPathFor(`${long}y`, 'linux'))
  })

  it('is a named pipe on Windows', () => {
    expect(socketPathFor('C:\\data', 'win32')).toMatch(/^\\\\\.\\pipe\\powerswarm-[0-9a-f]{24}$/)
  })
})

describe('socket server', () => {
  it('answers calls of several clients and tells all of them', async () => {
    const server = await serveOnSocket(schema, socketPathFor(dir), handlers)
    const clients = await Promise.all([1, 2, 3].map(() => connectToSocket(schema, server.path)))
    expect(await Promise.all(clients.map(({ client }, i) => client.add({ a: i, b: 10 })))).toEqual([
      10, 11, 12,
    ])
    const told = clients.map(({ client }) => new Promise((resolve) => client.on('tick', resolve)))
    server.notify('tick', { count: 5 })
    expect(await Promise.all(told)).toEqual([{ count: 5 }, { count: 5 }, { count: 5 }])
    for (const client of clients) client.close()
    await server.close()
  })

  it('lets errors cross with their code', async () => {
    const server = await serveOnSocket(schema, socketPathFor(dir), handlers)
    const { client, close } = await connectToSocket(schema, server.path)
    await expect(client.refuse()).rejects.toMatchObject({ code: 'not-found', message: 'No such thing' })
    close()
    await server.close()
  })

  it('rejects what is pending when the engine goes away', async () => {
    const server = await serveOnSocket(schema, socketPathFor(dir), handlers)
    const { client, close } = await connectToSocket(schema, server.path)
    const pending = client.hang()
    const rejected = expect(pending).rejects.toMatchObject({ code: 'peer-gone' })
    await client.add({ a: 1, b: 1 })
    await server.close()
    await rejected
    close()
  })

  it.skipIf(process.platform === 'win32')('is open to this user alone', async () => {
    const server = await serveOnSocket(schema, socketPathFor(dir), handlers)
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
    await server.close()
    expect(readdirSync(dir)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('takes the place of what a killed process left', async () => {
    writeFileSync(socketPathFor(dir), 'left over')
    const server = await serveOnSocket(schema, socketPathFor(dir), handlers)
    const { client, close } = await connectToSocket(schema, server.path)
    expect(await client.add({ a: 1, b: 2 })).toBe(3)
    close()
    await server.close()
  })

  it('says that nobody answers', async () => {
    await expect(connectToSocket(schema, socketPathFor(dir))).rejects.toMatchObject({ code: 'peer-gone' })
  })
})
