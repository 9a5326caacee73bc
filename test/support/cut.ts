/** Thrown by everything that a dead process would have gone on to do. */
export class Cut extends Error {
  constructor() {
    super('the process is dead')
  }
}

export interface Cutter {
  /** The same object; each call on it ends with a step. */
  readonly wrap: <T extends object>(part: T) => T
  readonly dead: boolean
  readonly steps: number
}

/**
 * Stands for a kill -9 at step number `at` (from 1; 0 = never): the step is between the end of a call and its return,
 * its work done but not answered. From then on every call throws before it does anything, so nothing more reaches the
 * disk; inside a transaction that undoes it, as a kill would.
 */
export function cutter(at: number): Cutter {
  let steps = 0
  let dead = false
  const alive = (): void => {
    if (dead) throw new Cut()
  }
  const step = (): void => {
    steps += 1
    dead ||= steps === at
    alive()
  }
  const wrap = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, member]: [string, unknown]) => [
        name,
        typeof member !== 'function'
          ? member
          : (...args: unknown[]): unknown => {
              alive()
              const result = (member as (...args: unknown[]) => unknown)(...args)
              if (!(result instanceof Promise)) {
                step()
                return result
              }
              return result.then((value: unknown) => {
                step()
                return value
              })
            },
      ]),
    ) as T
  return {
    wrap,
    get dead() {
      return dead
    },
    get steps() {
      return steps
    },
  }
}
