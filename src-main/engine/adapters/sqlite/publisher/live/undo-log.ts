/** How to take back what a transaction changed in memory. Steps run in reverse. */
export class UndoLog {
  private steps: (() => void)[] = []

  add(step: () => void): void {
    this.steps.push(step)
  }

  /** What was done stands. */
  forget(): void {
    this.steps = []
  }

  takeBack(): void {
    const { steps } = this
    this.steps = []
    for (const step of steps.reverse()) step()
  }
}
