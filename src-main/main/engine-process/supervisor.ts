import { donorEngineSchema, type DonorEngineSchema } from '../../contracts/engine.ts'
import type { EngineOptions } from '../../contracts/engine-options.ts'
import { ENGINE_CHANNELS } from '../../contracts/ipc.ts'
import { channel } from '../../contracts/ports.ts'
import type { Client, Port } from '../../contracts/rpc.ts'
import type { Scheduler } from '../scheduler.ts'
import type { EngineProcess, StartEngine } from './engine-process.ts'
import { lastingClient } from './lasting-client.ts'
import { moveLife, type EngineEvent, type EngineLife } from './life.ts'

export interface SupervisorComponents {
  readonly start: StartEngine
  readonly options: EngineOptions
  readonly scheduler: Scheduler
  /** Serves what this engine process may ask of the shell; the returned function is called when the process is gone. */
  readonly serveEngine: (port: Port) => () => void
}

/** Keeps one engine running. The client outlives every engine process behind it. */
export interface EngineSupervisor {
  readonly engine: Client<DonorEngineSchema>
  readonly life: EngineLife
  onLife(listener: (life: EngineLife) => void): () => void
  start(): void
  /** Asks the engine to shut down, ends it by force if it does not in time, and resolves when it is gone. */
  stop(): Promise<void>
}

const SHUTDOWN_MS = 5_000

export function superviseEngine(components: SupervisorComponents): EngineSupervisor {
  const { scheduler } = components
  const lasting = lastingClient(donorEngineSchema)
  const listeners = new Set<(life: EngineLife) => void>()
  let life: EngineLife = { kind: 'stopped' }
  let running: EngineProcess | undefined
  let cancelRetry: () => void = () => undefined

  const move = (event: EngineEvent): void => {
    const next = moveLife(life, event)
    if (next === life) return
    life = next
    // Told first: an engine that cannot even start moves the life again from inside `launch`.
    for (const listener of listeners) listener(next)
    if (next.kind === 'starting') launch()
    if (next.kind === 'crashed') cancelRetry = scheduler.after(next.retryInMs, () => move({ kind: 'retry' }))
  }
  const launch = (): void => {
    const engineProcess = components.start(components.options)
    running = engineProcess
    const withdraw = components.serveEngine(channel(engineProcess.port, ENGINE_CHANNELS.slotHost))
    lasting.attach(channel(engineProcess.port, ENGINE_CHANNELS.engine))
    lasting.client.info().then(
      () => move({ kind: 'answered', atMs: scheduler.monotonicMs() }),
      // It went before it answered, which its exit tells; an engine that answers badly is no engine.
      () => engineProcess.stop(),
    )
    engineProcess.onExit((exit) => {
      lasting.detach()
      withdraw()
      running = undefined
      move({ kind: 'exited', exit, atMs: scheduler.monotonicMs() })
    })
  }
  const stop = async (): Promise<void> => {
    cancelRetry()
    const ending = running
    move({ kind: 'stop' })
    if (ending === undefined) return
    await new Promise<void>((done) => {
      const cancel = scheduler.after(SHUTDOWN_MS, done)
      ending.onExit(() => {
        cancel()
        done()
      })
      // Refused or cut off, it ends by force below.
      lasting.client.shutdown().catch(() => {
        cancel()
        done()
      })
    })
    await ending.stop()
  }
  return {
    engine: lasting.client,
    get life() {
      return life
    },
    onLife(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: () => move({ kind: 'start' }),
    stop,
  }
}
