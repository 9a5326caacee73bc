import type { DonorState } from '../contracts/donor-state.ts'
import { donorEngineSchema } from '../contracts/engine.ts'
import { VERSION } from '../domain/version.ts'
import { realClock } from './adapters/host/real-time.ts'
import { createDonor } from './create-donor.ts'
import { logsDir } from './data-folder.ts'
import { deferred } from './deferred.ts'
import { openEventLog } from './event-log.ts'
import { openNodeSlotHost } from './node-slots.ts'
import type { SlotIsolation } from './ports.ts'
import { serveOnSocket } from './socket-server.ts'
import { UndoList } from './undo-list.ts'

export interface HeadlessDonorInit {
  readonly homeDir: string
  /** Slots at most; undefined leaves the stored preference as it is. */
  readonly cores?: number
  readonly requireIsolation: boolean
}

/** A donor without a desktop: a server or a lab machine, computing whenever there is work. */
export interface HeadlessDonor {
  readonly isolation: SlotIsolation
  state(): Promise<DonorState>
  /** Joining a project again is fine. Throws `bad-link`. */
  join(link: string): Promise<void>
  /** The whole state on every change, at most every 100 ms. */
  onChanged(listener: (state: DonorState) => void): () => void
  /** Resolves when somebody asked by the socket to stop. */
  readonly shutdownRequested: Promise<void>
  close(): Promise<void>
}

/** Starts the donor of this home in this process. Throws `data-folder-in-use`, `isolation-unavailable`. */
export async function openHeadlessDonor(init: HeadlessDonorInit): Promise<HeadlessDonor> {
  const undo = new UndoList()
  try {
    const eventLog = openEventLog({
      logsDir: logsDir(init.homeDir),
      name: 'donor',
      now: () => realClock.now(),
    })
    undo.add(() => {
      eventLog.log('info', 'engine-stopped')
      eventLog.close()
    })
    const slotHost = await openNodeSlotHost({ requireIsolation: init.requireIsolation, log: eventLog.log })
    undo.add(() => slotHost.close())
    const engine = await createDonor({
      home: init.homeDir,
      version: VERSION,
      slotHost,
      // Headless donors are judged by their slot host: `donate --require-isolation` is the strict form.
      gate: { kind: 'open' },
      demoModulesDir: '',
      presence: { kind: 'unattended' },
      log: eventLog.log,
    })
    undo.add(() => engine.close())
    const shutdown = deferred()
    const socket = await serveOnSocket(donorEngineSchema, engine.socketPath, {
      ...engine.handlers,
      watch: () => undefined,
      showWindow: () => undefined,
      // The answer leaves before everything closes.
      shutdown: () => void setImmediate(shutdown.resolve),
    })
    undo.add(() => socket.close())
    undo.add(
      engine.onChange(
        (state) => socket.notify('changed', state),
        () => socket.clients > 0,
      ),
    )
    if (init.cores !== undefined) await engine.handlers.setPreferences({ cores: init.cores })
    eventLog.log('info', 'engine-started', { pid: process.pid, isolation: slotHost.isolation.note })
    return {
      isolation: slotHost.isolation,
      state: async () => engine.handlers.state(),
      join: async (link) => {
        await engine.handlers.joinProject({ link })
      },
      onChanged: (listener) => engine.onChange(listener),
      shutdownRequested: shutdown.promise,
      close: () => undo.run(),
    }
  } catch (error) {
    return await undo.giveUp(error)
  }
}
