/** What was opened, to be closed in the opposite order, each thing exactly once. */
export class UndoList {
  private readonly steps: (() => Promise<void> | void)[] = []

  add(step: () => Promise<void> | void): void {
    this.steps.push(step)
  }

  /** One failure does not keep the rest open; throws the failures together at the end. */
  async run(): Promise<void> {
    const errors: unknown[] = []
    for (let step = this.steps.pop(); step; step = this.steps.pop())
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    if (errors.length > 0)
      throw new AggregateError(errors, `Not everything could be closed: ${String(errors[0])}`)
  }
}
