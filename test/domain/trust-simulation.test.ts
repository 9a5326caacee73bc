import { describe, expect, it } from 'vitest'
import {
  NO_ATTACK,
  constant,
  rationed,
  untilCaught,
  type Attack,
} from '../support/trust-simulation/attacks.ts'
import { simulate, type RunCounts } from '../support/trust-simulation/project.ts'
import { BOINC, QUORUM, trustScheme, type Scheme } from '../support/trust-simulation/scheme.ts'
import { majorityError } from '../support/trust-simulation/statistics.ts'

const EXECUTIONS = 200_000
const run = (scheme: Scheme, attack: Attack): RunCounts =>
  simulate({ scheme, attack, seed: 5, executions: EXECUTIONS, donors: 20, forgers: 0.1, honestErrors: 0 })
const wrongShare = ({ wrong, accepted }: RunCounts): number => wrong / accepted
const cost = ({ executions, accepted, held }: RunCounts): number => executions / (accepted + held)

describe('a simulated project', () => {
  it('accepts no wrong result from donors that are honest', () => {
    const counts = run(trustScheme(10), NO_ATTACK)
    expect(counts).toMatchObject({ executions: EXECUTIONS, wrong: 0, inconclusive: 0 })
    expect(cost(counts)).toBeLessThan(1.05)
  })

  it('agrees with the formula for majority voting', () => {
    const ratio = wrongShare(run(QUORUM, constant(1, true))) / majorityError(0.1, 2)
    // A little less: the second of twenty donors is never the first again.
    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.05)
  })

  it.each([untilCaught(2), rationed(8, 1), untilCaught(2, true), rationed(8, 1, true)])(
    'lets fewer wrong results through than BOINC’s rule at no more cost: $name',
    (attack) => {
      const ours = trustScheme(5)
      expect(cost(run(ours, NO_ATTACK))).toBeLessThanOrEqual(cost(run(BOINC, NO_ATTACK)))
      expect(wrongShare(run(ours, attack))).toBeLessThan(wrongShare(run(BOINC, attack)) / 3)
    },
  )

  it('gives the same counts for the same seed', () => {
    expect(run(trustScheme(10), constant(0.01))).toEqual(run(trustScheme(10), constant(0.01)))
  })
})
