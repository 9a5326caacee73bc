import { compareRandomModule } from '../../support/random-module/compare.ts'

export interface SeedRun {
  readonly seed: number
  /** What differs from the original, or from one run to the next. */
  readonly difference?: string
  readonly trapped: boolean
  /** In decimal. */
  readonly fuel: string
  readonly digest: number
}

/** Compares the random modules of seeds `from`..`to` - 1. What throws is a difference too. */
export function runSeeds(from: number, to: number): SeedRun[] {
  return Array.from({ length: to - from }, (_, at) => runSeed(from + at))
}

export function runSeed(seed: number): SeedRun {
  try {
    const { difference, trap, fuel, digest } = compareRandomModule(seed)
    const run = { seed, trapped: trap !== undefined, fuel: fuel.toString(), digest }
    return difference === undefined ? run : { ...run, difference }
  } catch (error) {
    const difference = error instanceof Error ? error.message : String(error)
    return { seed, trapped: false, fuel: '0', digest: 0, difference }
  }
}
