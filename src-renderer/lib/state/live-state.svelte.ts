import type { DonorState } from '../../../src-main/contracts/donor-state.ts'
import type { ShellView, WindowState } from '../../../src-main/contracts/ui.ts'

/** The part of a window's api that tells the state. */
export interface StateSource {
  state(): Promise<WindowState>
  /** Returns the function that stops listening. */
  on(name: 'changed', listener: (value: WindowState) => void): () => void
}

/** The newest state this window has been told. Everything is absent until the shell has answered. */
export class LiveState {
  readonly #source: StateSource
  // Raw: each notice is a finished state that replaces the one before; nothing here is ever mutated.
  #latest = $state.raw<WindowState>()
  #trouble = $state.raw<string>()
  #stop: (() => void) | undefined

  constructor(source: StateSource) {
    this.#source = source
  }

  get shell(): ShellView | undefined {
    return this.#latest?.shell
  }

  get donor(): DonorState | undefined {
    return this.#latest?.donor
  }

  /** Why the shell could not be asked; cleared by the next notice. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Listens first and asks then, so that nothing is missed; a notice is newer than a late answer. Never rejects. */
  async start(): Promise<void> {
    if (this.#stop !== undefined) return
    this.#stop = this.#source.on('changed', (state) => {
      this.#take(state)
    })
    try {
      const answer = await this.#source.state()
      if (this.#latest === undefined) this.#take(answer)
    } catch (error) {
      if (this.#latest === undefined) this.#trouble = error instanceof Error ? error.message : String(error)
    }
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #take(state: WindowState): void {
    this.#latest = state
    this.#trouble = undefined
  }
}
