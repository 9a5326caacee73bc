import { channel } from '../contracts/ports.ts'
import { donorEngineSchema, type DonorEngineSchema } from '../contracts/engine.ts'
import type { EngineOptions } from '../contracts/engine-options.ts'
import { serve, type Handlers, type Port, type Server } from '../contracts/rpc.ts'
import { errorCode } from '../domain/errors.ts'
import { sandboxGate } from '../domain/sandbox-gate.ts'
import { VERSION } from '../domain/version.ts'
import { realClock } from './adapters/host/real-time.ts'
import { createDesktopSlotHost } from './adapters/slot-host/desktop-slot-host.ts'
import { createDonor } from './create-donor.ts'
import { openEventLog } from './event-log.ts'
import { logsDir } from './data-folder.ts'
import type { SlotIsolation } from './ports.ts'
import { serveOnSocket } from './socket-server.ts'

/**
 * Runs the donor for the desktop app until main asks for the end or is gone.
 * @param port to Electron main; carries the channels `engine` and `slot-host`
 */
export async function runDesktopEngine(options: EngineOptions, port: Port): Promise<void> {
  const { log } = openEventLog({ logsDir: logsDir(options.home), name: 'donor', now: () => realClock.now() })
  const gate = sandboxGate(options)
  const engine = await createDonor({
    home: options.home,
    version: VERSION,
    slotHost: createDesktopSlotHost(channel(port, 'slot-host'), isolation(options)),
    gate,
    demoModulesDir: options.demoModules,
    presence: { kind: 'unknown', source: 'no report yet' },
    log,
  })
  log('info', 'engine-started', { pid: process.pid, gate: gate.kind, runtime: options.runtime })

  let ended = false
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    try {
      await socket.close()
      await engine.close()
      log('info', 'engine-stopped')
    } catch (error) {
      log('error', 'engine-close-failed', { code: errorCode(error), message: String(error) })
      process.exitCode = 1
    }
  }
  const handlers: Handlers<DonorEngineSchema> = {
    ...engine.handlers,
    showWindow: () => {
      main.notify('windowRequested', {})
    },
    shutdown: async () => {
      await end()
      // The answer has to leave before the process does.
      setImmediate(() => process.exit())
    },
  }
  const main: Server<DonorEngineSchema> = serve(donorEngineSchema, channel(port, 'engine'), handlers)
  const socket = await serveOnSocket(donorEngineSchema, engine.socketPath, handlers)
  engine.onChange((state) => {
    main.notify('changed', state)
    socket.notify('changed', state)
  })
  port.onClose(() => {
    void end().then(() => process.exit())
  })
}

function isolation({ sandboxed, isRoot }: EngineOptions): SlotIsolation {
  if (isRoot) return { sandboxed: false, note: 'own process, as root, without Chromium’s sandbox' }
  return sandboxed
    ? { sandboxed: true, note: 'Chromium’s sandbox, one process per unit, no network' }
    : { sandboxed: false, note: 'own process, without Chromium’s sandbox' }
}
