/** What was opened, to be closed in the opposite order, each thing exactly once. */
export class UndoList {
  private readonly steps: (() => Promise<void> | void)[] = []

  add(step: () => Promise<void> | void): void {
    this.steps.push(step)
  }

  /** One failure does not keep the rest open; throws the failures together at the end. */
  async run(): Promise<void> {
    const errors = await this.closeAll()
    if (errors.length > 0)
      throw new AggregateError(errors, `Not everything could be closed: ${String(errors[0])}`)
  }

  /**
   * For a failure half-way: closes what is open and throws `error`, whatever happens meanwhile, because its code and
   * words are for the person. What could not be closed is attached to it as `suppressed`.
   */
  async giveUp(error: unknown): Promise<never> {
    const suppressed = await this.closeAll()
    if (suppressed.length > 0 && error instanceof Error) Object.assign(error, { suppressed })
    throw error
  }

  private async closeAll(): Promise<unknown[]> {
    const errors: unknown[] = []
    for (let step = this.steps.pop(); step; step = this.steps.pop())
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    return errors
  }
}
