import { existsSync, mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { donorEngineSchema } from '../../src-main/contracts/engine.ts'
import type { EngineOptions } from '../../src-main/contracts/engine-options.ts'
import { ENGINE_CHANNELS } from '../../src-main/contracts/ipc.ts'
import { channel, portPair } from '../../src-main/contracts/ports.ts'
import { connect, type Port } from '../../src-main/contracts/rpc.ts'
import { donorPaths } from '../../src-main/engine/data-folder.ts'
import { runDesktopEngine } from '../../src-main/engine/desktop-engine.ts'
import { connectToSocket, socketPathFor } from '../../src-main/engine/socket-server.ts'
import { tempDir } from '../support/temp-dir.ts'

function engine() {
  const home = tempDir()
  const { dir, lockPath } = donorPaths(home)
  const options: EngineOptions = {
    role: 'donor',
    home,
    slots: 'desktop',
    sandboxed: true,
    runtime: 'official',
    isRoot: false,
    allowUnsandboxed: false,
    demoModules: '',
  }
  const pair = portPair()
  let exits = 0
  let exited = (): void => undefined
  const exit = new Promise<void>((resolve) => (exited = resolve))
  const start = (port: Port = pair.a): Promise<void> =>
    runDesktopEngine(options, port, () => {
      exits++
      exited()
    })
  return {
    dir,
    socketPath: socketPathFor(dir),
    client: connect(donorEngineSchema, channel(pair.b, ENGINE_CHANNELS.engine)),
    pair,
    start,
    exit,
    exits: () => exits,
    isLocked: () => existsSync(lockPath),
  }
}

it('serves main and the socket, and frees the folder when it is asked to stop', async () => {
  const { client, socketPath, start, exit, isLocked } = engine()
  await start()
  const other = await connectToSocket(donorEngineSchema, socketPath)
  const asked = new Promise<unknown>((resolve) => client.on('windowRequested', resolve))
  await other.client.showWindow()
  await asked
  expect(isLocked()).toBe(true)
  await client.shutdown()
  await exit
  expect(isLocked()).toBe(false)
  other.close()
})

it('obeys a request to stop that comes while it is still opening', async () => {
  const { pair, client, socketPath, start, exit, exits, isLocked } = engine()
  const asked: Promise<void>[] = []
  // Asks as soon as there is anybody who listens, and again when there is one more.
  const eager: Port = {
    ...pair.a,
    subscribe: (listener) => {
      const stop = pair.a.subscribe(listener)
      asked.push(client.shutdown())
      return stop
    },
  }
  await start(eager)
  await Promise.any(asked)
  await exit
  expect(isLocked()).toBe(false)
  await expect(connectToSocket(donorEngineSchema, socketPath)).rejects.toMatchObject({ code: 'peer-gone' })
  expect(exits()).toBe(1)
})

it('closes everything and ends when main is gone', async () => {
  const { pair, start, exit, isLocked } = engine()
  await start()
  pair.close()
  await exit
  expect(isLocked()).toBe(false)
})

it.skipIf(process.platform === 'win32')('is closed again when its socket cannot be opened', async () => {
  const { socketPath, start, exits, isLocked } = engine()
  mkdirSync(socketPath, { recursive: true })
  await expect(start()).rejects.toThrow(/director|EISDIR/i)
  expect(isLocked()).toBe(false)
  expect(exits()).toBe(0)
})
