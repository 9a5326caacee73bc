import type { Hex32 } from '../../../src-main/domain/ids.ts'
import type { SimulatedDonor } from './donor.ts'
import type { Random } from './random.ts'

export interface SimulatedVote {
  readonly donor: SimulatedDonor
  /** 0 = right; else the lie that it is. */
  readonly said: number
  /** The same for the functions of the domain. */
  readonly digest: Hex32
  /** Window of the donor that this result was drawn from; undefined when it was in none. */
  readonly window: number | undefined
}

export interface WaitingUnit {
  readonly unit: number
  readonly votes: SimulatedVote[]
  /** Donors that are in a dispute over it. */
  readonly disputants: SimulatedDonor[]
}

/** Picks of one search before it gives up. */
const TRIES = 8
/** Of the units that checking donors get, this share are disputed ones while there are any. */
const DISPUTES_FIRST = 0.5

/** Units that have a vote and want another. */
export class WaitingUnits {
  private readonly agreed: WaitingUnit[] = []
  private readonly disputed: WaitingUnit[] = []

  get size(): number {
    return this.agreed.length + this.disputed.length
  }

  add(unit: WaitingUnit): void {
    const differ = unit.votes.some(({ said }) => said !== unit.votes[0]?.said)
    ;(differ ? this.disputed : this.agreed).push(unit)
  }

  /** A random unit that this donor may get; undefined when none was found. */
  take(donor: SimulatedDonor, random: Random): WaitingUnit | undefined {
    return draw([this.agreed, this.disputed], donor, random)
  }

  /** Disputes are settled soon, or a forger goes on meanwhile; but nobody can count on getting a certain one. */
  takeDisputed(donor: SimulatedDonor, random: Random): WaitingUnit | undefined {
    return random() < DISPUTES_FIRST ? draw([this.disputed], donor, random) : undefined
  }
}

function draw(
  piles: readonly WaitingUnit[][],
  donor: SimulatedDonor,
  random: Random,
): WaitingUnit | undefined {
  const count = piles.reduce((sum, { length }) => sum + length, 0)
  for (let i = 0; i < TRIES && count > 0; i++) {
    let place = Math.floor(random() * count)
    for (const pile of piles) {
      if (place >= pile.length) {
        place -= pile.length
        continue
      }
      const unit = pile[place]
      if (!unit || unit.votes.some((vote) => vote.donor === donor)) break
      const last = pile.pop()
      if (last && last !== unit) pile[place] = last
      return unit
    }
  }
  return undefined
}
