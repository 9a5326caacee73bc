import type { Port } from '../../contracts/rpc.ts'
import type { EngineOptions } from '../../contracts/engine-options.ts'

/** How an engine process ended. */
export interface EngineExit {
  /** The exit status, or undefined when a signal ended the process or it never started. */
  readonly status: number | undefined
  /** The last line that it wrote to standard error; '' when it wrote none. */
  readonly lastWords: string
}

/**
 * A running engine, whatever it runs in. The port closes when the process is gone. Messages posted before the
 * engine listens wait for it.
 */
export interface EngineProcess {
  readonly port: Port
  /** Calls back once, at once if the process is already gone. Returns the function that ends the subscription. */
  readonly onExit: (listener: (exit: EngineExit) => void) => () => void
  /** Ends the process by force; resolves when it is gone. To end it in order, ask it to shut down first. */
  stop(): Promise<void>
}

/** Starts an engine process with these options. It does not throw: what cannot start exits. */
export type StartEngine = (options: EngineOptions) => EngineProcess
