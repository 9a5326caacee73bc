import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDesktopSlotHost } from '../../src-main/engine/adapters/slot-host/desktop-slot-host.ts'
import type { Watch } from '../../src-main/engine/adapters/slot-host/watched-slot.ts'
import type { SlotHost } from '../../src-main/engine/ports.ts'
import { socketPort } from '../../src-main/engine/socket-port.ts'
import { launchApp, TEST_ENGINE, type LaunchedApp, type LaunchInit } from './launch-app.ts'
import { waitUntil } from './wait-until.ts'

/** The built app, its slot windows in the hands of this process. */
export interface DesktopSlots {
  readonly app: LaunchedApp
  /** A slot host like the engine's own. One at a time: they share the slots' numbers. */
  openHost(watch?: Watch): Promise<SlotHost>
  close(): Promise<void>
}

/** Undefined while nobody listens: the socket's file is there a moment before. */
async function connection(path: string): Promise<Socket | undefined> {
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return undefined
  }
}

export async function launchDesktopSlots(init: LaunchInit): Promise<DesktopSlots> {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-slots-'))
  const path = join(folder, 'slots.sock')
  const env = { POWERSWARM_ENGINE: TEST_ENGINE, TEST_ENGINE_SLOT_SOCKET: path, ...init.env }
  const app = await launchApp({ ...init, env })
  await waitUntil('the engine', () => existsSync(path), 20_000)
  return {
    app,
    openHost: async (watch) => {
      const socket = await waitUntil('the slots’ socket', () => connection(path))
      const port = socketPort(socket)
      const host = createDesktopSlotHost({
        port,
        isolation: { sandboxed: false, note: 'under test' },
        ...(watch && { watch }),
      })
      return {
        ...host,
        close: async () => {
          await host.close()
          port.close()
        },
      }
    },
    close: async () => {
      await app.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
