/** Runs what a person asked for and keeps the message of the last attempt that failed, until the next or until told. */
export class Attempts {
  #problem = $state.raw<string>()
  #running = $state(0)

  /** One line for the person; absent when the last attempt went well. */
  get problem(): string | undefined {
    return this.#problem
  }

  get busy(): boolean {
    return this.#running > 0
  }

  /** Never rejects; answers whether it went well. */
  async run(attempt: () => Promise<unknown>): Promise<boolean> {
    this.#running += 1
    try {
      await attempt()
      this.#problem = undefined
      return true
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
      return false
    } finally {
      this.#running -= 1
    }
  }

  forget(): void {
    this.#problem = undefined
  }
}
