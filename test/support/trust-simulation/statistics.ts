/** A mean with a two-sided 95 % interval. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Student's t for a two-sided 95 % interval, by degrees of freedom; beyond the list the normal value is near enough. */
const T95 = [
  12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086,
]
/** With none in n trials, a chance above 3/n is refuted at 95 %. */
const RULE_OF_THREE = 3

/** Mean over independent runs. Runs, not units, are what is independent: one forger's results come in clumps. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { mean, low: 0, high: Infinity }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const half = (T95[count - 2] ?? 1.96) * Math.sqrt(variance / count)
  return { mean, low: Math.max(0, mean - half), high: mean + half }
}

/** The share of `hits` in `trials` over runs; with no hit at all the bound follows from the number of trials. */
export function shareOf(runs: readonly { readonly hits: number; readonly trials: number }[]): Estimate {
  const trials = runs.reduce((sum, run) => sum + run.trials, 0)
  if (runs.every(({ hits }) => hits === 0)) return { mean: 0, low: 0, high: RULE_OF_THREE / trials }
  return estimate(runs.map((run) => run.hits / run.trials))
}

/** m equal answers that decide, among 2m − 1: the chance that a share f of forgers, all together, has the majority. */
export function majorityError(forgers: number, votes: number): number {
  const most = 2 * votes - 1
  let error = 0
  for (let j = votes; j <= most; j++) error += choose(most, j) * forgers ** j * (1 - forgers) ** (most - j)
  return error
}

/**
 * Largest error under spot checks of a share q of n results each, when whoever fails one is shut out for ever and all
 * that it did is done again: a forger forges a share s and survives with (1 − q·s)^n.
 */
export function spotCheckError(forgers: number, checkedEach: number): number {
  return forgers / (1 - forgers) / (checkedEach * Math.E)
}

function choose(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i
  return value
}
