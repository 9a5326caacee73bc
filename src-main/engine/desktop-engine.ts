import { channel } from '../contracts/ports.ts'
import { donorEngineSchema, type DonorEngineSchema } from '../contracts/engine.ts'
import type { EngineOptions } from '../contracts/engine-options.ts'
import { ENGINE_CHANNELS } from '../contracts/ipc.ts'
import { serve, type Handlers, type Port, type Server } from '../contracts/rpc.ts'
import { errorCode } from '../domain/errors.ts'
import { sandboxGate } from '../domain/sandbox-gate.ts'
import { VERSION } from '../domain/version.ts'
import { realClock } from './adapters/host/real-time.ts'
import { createDesktopSlotHost } from './adapters/slot-host/desktop-slot-host.ts'
import { openIdleGroup } from './adapters/slot-host/idle-group.ts'
import { createDonor } from './create-donor.ts'
import { openEventLog } from './event-log.ts'
import { logsDir } from './data-folder.ts'
import type { Log, SlotIsolation } from './ports.ts'
import { serveOnSocket } from './socket-server.ts'
import { wantedByShell } from './state-notices.ts'
import { UndoList } from './undo-list.ts'

/**
 * Runs the donor for the desktop app until main asks for the end or is gone. Rejects, with everything closed again, when
 * the donor cannot be opened.
 * @param port to Electron main; carries the channels of contracts/ipc
 * @param exit ends the process; called once, when everything is closed
 */
export async function runDesktopEngine(
  options: EngineOptions,
  port: Port,
  exit: () => void = () => process.exit(),
): Promise<void> {
  const eventLog = openEventLog({
    logsDir: logsDir(options.home),
    name: 'donor',
    now: () => realClock.now(),
  })
  const { log } = eventLog
  const undo = new UndoList()
  let ending: Promise<void> | undefined
  const close = async (): Promise<void> => {
    try {
      await undo.run()
      log('info', 'engine-stopped')
    } catch (error) {
      log('error', 'engine-close-failed', { code: errorCode(error), message: String(error) })
      process.exitCode = 1
    }
    eventLog.close()
  }
  // Also when it is asked for early: what is still being opened is opened first, then closed. A failure to open is
  // told to whoever started the engine.
  const end = (): Promise<void> => (ending ??= opened.then(close, () => undefined))
  const opened = openEngine(options, port, { undo, log }, async () => {
    await end()
    // The answer has to leave before the process does.
    setImmediate(exit)
  })
  port.onClose(() => {
    void end().then(exit)
  })
  await opened
}

/** Opens the donor and serves it to main and on the socket. */
async function openEngine(
  options: EngineOptions,
  port: Port,
  { undo, log }: { readonly undo: UndoList; readonly log: Log },
  shutdown: () => Promise<void>,
): Promise<void> {
  try {
    const gate = sandboxGate(options)
    const engine = await createDonor({
      home: options.home,
      version: VERSION,
      slotHost: createDesktopSlotHost({
        port: channel(port, ENGINE_CHANNELS.slotHost),
        isolation: isolation(options),
        group: openIdleGroup(),
        log,
      }),
      gate,
      demoModulesDir: options.demoModules,
      presence: { kind: 'unknown', source: 'no report yet' },
      log,
    })
    undo.add(() => engine.close())
    log('info', 'engine-started', { pid: process.pid, gate: gate.kind, runtime: options.runtime })
    const handlers: Handlers<DonorEngineSchema> = {
      ...engine.handlers,
      watch: () => undefined,
      showWindow: () => {
        main.notify('windowRequested', {})
      },
      shutdown,
    }
    let watching = false
    const watch: Handlers<DonorEngineSchema>['watch'] = async (asked) => {
      watching = asked.watching
      if (watching) main.notify('changed', await handlers.state())
    }
    const main: Server<DonorEngineSchema> = serve(donorEngineSchema, channel(port, ENGINE_CHANNELS.engine), {
      ...handlers,
      watch,
    })
    const socket = await serveOnSocket(donorEngineSchema, engine.socketPath, handlers)
    undo.add(() => socket.close())
    engine.onChange(
      (state) => main.notify('changed', state),
      wantedByShell(() => watching),
    )
    engine.onChange(
      (state) => socket.notify('changed', state),
      () => socket.clients > 0,
    )
  } catch (error) {
    return await undo.giveUp(error)
  }
}

function isolation({ sandboxed, isRoot }: EngineOptions): SlotIsolation {
  if (isRoot) return { sandboxed: false, note: 'own process, as root, without Chromium’s sandbox' }
  return sandboxed
    ? { sandboxed: true, note: 'Chromium’s sandbox, one process per slot, no network' }
    : { sandboxed: false, note: 'own process, without Chromium’s sandbox' }
}
