import type { EngineSupervisor } from './engine-process/supervisor.ts'
import type { EngineLife } from './engine-process/life.ts'
import type { ShellState } from './shell-state.ts'

/** Tells the engine whether a window shows its state. */
export interface EngineLink {
  watch(watching: boolean): void
}

/** Keeps the shell's picture of the engine true: its state while it runs, its trouble while it does not. */
export function linkEngine(
  supervisor: EngineSupervisor,
  state: ShellState,
  showWindow: () => void,
): EngineLink {
  const { engine } = supervisor
  let watching = false
  // An engine that is gone hears it when it is back.
  const tellWatching = (): void => void engine.watch({ watching }).catch(() => undefined)
  engine.on('changed', (donor) => state.setDonor(donor))
  engine.on('windowRequested', showWindow)
  supervisor.onLife((life) => follow(life))

  const follow = (life: EngineLife): void => {
    if (life.kind === 'running') {
      state.engineBack()
      if (watching) tellWatching()
      engine.state().then(
        (donor) => state.setDonor(donor),
        // It went again before it answered; its life says so.
        () => undefined,
      )
    } else if (life.kind === 'crashed') state.engineGone(life.trouble)
    else if (life.kind === 'stopped') state.engineGone(undefined)
  }
  return {
    watch: (next) => {
      watching = next
      tellWatching()
    },
  }
}
