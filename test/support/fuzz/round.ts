import { DECODERS } from './all-decoders.ts'
import { argumentVectors } from './argument-vectors.ts'
import { fuzzTrial, type Fault, type TrialReport } from './trial.ts'

/** Every decoder with as many cases each. */
export interface RoundReport {
  readonly seed: number
  readonly cases: number
  readonly accepted: number
  readonly refused: number
  readonly rewritten: number
  /** CPU time of the slowest case, and which decoder's it was. */
  readonly slowestMs: number
  readonly slowest: string
  readonly mostBytes: number
  readonly largest: string
  readonly faults: readonly Fault[]
}

export interface RoundInit {
  readonly seed: number
  readonly casesEach: number
  /** Told before each case, for whoever watches for one that does not end. */
  readonly onCase?: (decoder: string, place: number) => void
}

export async function fuzzRound({ seed, casesEach, onCase }: RoundInit): Promise<RoundReport> {
  const vectors = argumentVectors()
  const reports: (TrialReport & { readonly name: string })[] = []
  try {
    for (const decoder of [...DECODERS, vectors.decoder]) {
      const report = await fuzzTrial({
        decoder,
        seed,
        cases: casesEach,
        onCase: (place) => onCase?.(decoder.name, place),
      })
      reports.push({ ...report, name: decoder.name })
    }
  } finally {
    const left = vectors.close()
    if (left.length > 0) reports.push(leftBehind(left))
  }
  const sum = (pick: (report: TrialReport) => number): number =>
    reports.reduce((all, report) => all + pick(report), 0)
  const slowest = reports.reduce((a, b) => (b.slowestMs > a.slowestMs ? b : a))
  const largest = reports.reduce((a, b) => (b.mostBytes > a.mostBytes ? b : a))
  return {
    seed,
    cases: casesEach * (DECODERS.length + 1),
    accepted: sum(({ accepted }) => accepted),
    refused: sum(({ refused }) => refused),
    rewritten: sum(({ rewritten }) => rewritten),
    slowestMs: slowest.slowestMs,
    slowest: slowest.name,
    mostBytes: largest.mostBytes,
    largest: largest.name,
    faults: reports.flatMap(({ faults }) => faults),
  }
}

function leftBehind(names: readonly string[]): TrialReport & { readonly name: string } {
  const name = 'argument vectors'
  const fault = { decoder: name, place: -1, fault: `left behind: ${names.join(', ')}` }
  return { name, accepted: 0, refused: 0, rewritten: 0, slowestMs: 0, mostBytes: 0, faults: [fault] }
}
