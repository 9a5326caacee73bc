import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createClient, defineInterface, type MessageBus } from 'dbus-native'
import { openTrayItem, type TrayItem } from './tray-item.ts'

const WATCHER = 'org.kde.StatusNotifierWatcher'

/** A desktop's tray without a desktop: a private session bus with a StatusNotifierWatcher on it. */
export interface FakeTrayHost {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly busAddress: string
  /** The first tray icon that registers; asked again, the same one. */
  readonly item: Promise<TrayItem>
  /** Ends the bus by its process id. */
  close(): Promise<void>
}

export async function fakeTrayHost(): Promise<FakeTrayHost> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const endWithUs = (): void => void daemon.kill('SIGKILL')
  process.once('exit', endWithUs)
  const busAddress = await firstLine(daemon)
  const bus = createClient({ busAddress })
  // The bus goes away in close(); what is then cut off is of no interest.
  bus.connection.on('error', () => undefined)
  await bus.requestName(WATCHER, 0)
  return {
    busAddress,
    item: registration(bus),
    close: async () => {
      bus.connection.end()
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
      process.off('exit', endWithUs)
    },
  }
}

async function firstLine(daemon: ChildProcess): Promise<string> {
  if (daemon.stdout === null) throw new Error('dbus-daemon has no output')
  const [piece] = (await once(daemon.stdout, 'data')) as [Uint8Array]
  return new TextDecoder().decode(piece).trim()
}

function registration(bus: MessageBus): Promise<TrayItem> {
  return new Promise((registered) => {
    const watcher = defineInterface({
      name: WATCHER,
      methods: {
        RegisterStatusNotifierItem: {
          in: { service: 's' },
          out: {},
          // A service is a bus name, or an object's path at the sender.
          handler: ({ service }: { service: string }, { sender }) => {
            const path = service.startsWith('/') ? service : '/StatusNotifierItem'
            registered(openTrayItem(bus, sender ?? '', path))
          },
        },
        RegisterStatusNotifierHost: { in: { service: 's' }, out: {}, handler: () => undefined },
      },
      properties: {
        IsStatusNotifierHostRegistered: { type: 'b', access: 'read', get: () => true },
        ProtocolVersion: { type: 'i', access: 'read', get: () => 0 },
        RegisteredStatusNotifierItems: { type: 'as', access: 'read', get: () => [] },
      },
      signals: {
        StatusNotifierItemRegistered: { args: { service: 's' } },
        StatusNotifierHostRegistered: { args: {} },
      },
    })
    bus.exportInterface(watcher.impl, '/StatusNotifierWatcher', watcher.descriptor)
  })
}
