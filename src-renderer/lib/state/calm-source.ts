import type { WindowState } from '../../../src-main/contracts/ui.ts'
import type { StateSource } from './live-state.svelte.ts'

/**
 * Passes on the newest state at most every `everyMs`, and none while held (nobody can see the page): a view must not
 * take time from the units it shows.
 */
export class CalmSource implements StateSource {
  readonly #source: StateSource
  readonly #everyMs: number
  readonly #listeners = new Set<(value: WindowState) => void>()
  #newest: WindowState | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #held = false

  constructor(source: StateSource, everyMs: number) {
    this.#source = source
    this.#everyMs = everyMs
  }

  state(): Promise<WindowState> {
    return this.#source.state()
  }

  on(_name: 'changed', listener: (value: WindowState) => void): () => void {
    this.#listeners.add(listener)
    const stop = this.#source.on('changed', (value) => {
      this.#newest = value
      if (this.#timer === undefined && !this.#held) this.#tell()
    })
    return () => {
      stop()
      this.#listeners.delete(listener)
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  /** Tells nothing until {@link release}. */
  hold(): void {
    this.#held = true
  }

  /** Goes on, at once with what was missed. */
  release(): void {
    this.#held = false
    if (this.#timer === undefined) this.#tell()
  }

  #tell(): void {
    const value = this.#newest
    if (value === undefined) return
    this.#newest = undefined
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (!this.#held) this.#tell()
    }, this.#everyMs)
    for (const listener of this.#listeners) listener(value)
  }
}

/** Holds the source whenever the page cannot be seen. For pages that live as long as their source. */
export function holdWhileHidden(source: CalmSource): void {
  const follow = (): void => {
    if (document.hidden) source.hold()
    else source.release()
  }
  document.addEventListener('visibilitychange', follow)
  follow()
}
