import type { DonorState } from '../contracts/donor-state.ts'
import type { ShellView, WindowState } from '../contracts/ui.ts'

/** What the shell shows: its own view and the donor's state as the engine last sent it. */
export class ShellState {
  #shell: ShellView
  #donor: DonorState | undefined
  readonly #listeners = new Set<() => void>()

  constructor(shell: ShellView) {
    this.#shell = shell
  }

  get shell(): ShellView {
    return this.#shell
  }

  /** Absent until the engine has answered for the first time, and while it is gone. */
  get donor(): DonorState | undefined {
    return this.#donor
  }

  /** For tray and tooltip: the engine's own sentence, or why there is none. */
  sentence(): string {
    return this.#shell.engineTrouble ?? this.#donor?.sentence ?? 'Starting'
  }

  windowState(): WindowState {
    return this.#donor === undefined ? { shell: this.#shell } : { shell: this.#shell, donor: this.#donor }
  }

  setDonor(donor: DonorState): void {
    this.#donor = donor
    this.#tell()
  }

  /** The engine is gone; `trouble` says how it ended, undefined that it was meant to. */
  engineGone(trouble: string | undefined): void {
    this.#donor = undefined
    this.#setShell('engineTrouble', trouble)
  }

  engineBack(): void {
    this.#setShell('engineTrouble', undefined)
  }

  setPresenceSource(presenceSource: string): void {
    if (presenceSource !== this.#shell.presenceSource) this.#setShell('presenceSource', presenceSource)
  }

  /** Returns the function that ends the subscription. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #setShell(key: 'engineTrouble' | 'presenceSource', value: string | undefined): void {
    const { [key]: _old, ...rest } = this.#shell
    this.#shell = (value === undefined ? rest : { ...rest, [key]: value }) as ShellView
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
