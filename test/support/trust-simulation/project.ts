import { secondCopyChance } from '../../../src-main/domain/lease.ts'
import type { Hex32 } from '../../../src-main/domain/ids.ts'
import { mayCheck } from '../../../src-main/domain/pairing.ts'
import { isEstablished, moveTrust } from '../../../src-main/domain/trust.ts'
import { disputants, judge, quorumOf } from '../../../src-main/domain/validation.ts'
import type { Attack } from './attacks.ts'
import { SimulatedDonor } from './donor.ts'
import { seededRandom, type Random } from './random.ts'
import { hold, type Scheme } from './scheme.ts'
import { WaitingUnits, type SimulatedVote, type WaitingUnit } from './waiting-units.ts'

export interface RunInit {
  readonly scheme: Scheme
  readonly attack: Attack
  readonly seed: number
  /** Executions by all donors together. */
  readonly executions: number
  readonly donors: number
  /** Share of the donors that are forgers (0..1). */
  readonly forgers: number
  /** Chance (0..1) that an honest donor's result is wrong all the same. */
  readonly honestErrors: number
}

/** Counts at the end of a run. Units that are still held or wait for a check are not accepted. */
export interface RunCounts {
  readonly executions: number
  readonly accepted: number
  readonly wrong: number
  /** Units that forgers computed, whatever they said. */
  readonly forgersWork: number
  /** Units in windows whose checks have not come back: not accepted yet. */
  readonly held: number
  /** Keys that forgers used. */
  readonly keys: number
  readonly inconclusive: number
}

const QUORUM_SIZE = 2
const COLLUDERS_LIE = 1
/** Steps over which the share of checkers is averaged. */
const SHARE_STEPS = 1000

/** One project: donors compute one unit after the other, each result is judged as it comes. */
export function simulate(init: RunInit): RunCounts {
  const project = new SimulatedProject(init)
  for (let i = 0; i < init.executions; i++) project.step()
  return project.counts()
}

class SimulatedProject {
  private readonly init: RunInit
  private readonly random: Random
  private readonly waiting = new WaitingUnits()
  private readonly donors: SimulatedDonor[] = []
  /** Every key ever seen; what a key was trusted with stays its own when the donor is gone. */
  private readonly keys: SimulatedDonor[] = []
  /** By unit: what the donor said on whose word it is accepted; 0 = right. */
  private readonly said: Uint32Array
  private units = 0
  private verified = 0
  private verifiedWrong = 0
  private inconclusive = 0
  private executions = 0
  private lies = COLLUDERS_LIE
  private checkersShare = 0

  constructor(init: RunInit) {
    this.init = init
    this.random = seededRandom(init.seed)
    this.said = new Uint32Array(init.executions)
    const forgers = Math.round(init.donors * init.forgers)
    for (let i = 0; i < init.donors; i++) this.donors.push(this.enter(i < forgers))
  }

  step(): void {
    const { scheme, attack } = this.init
    const place = Math.floor(this.random() * this.donors.length)
    let donor = this.donors[place]
    if (!donor) return
    if (donor.forger && attack.leaves(donor, scheme.prospect(donor)))
      this.donors[place] = donor = this.enter(true)
    const checker = scheme.isChecker(donor)
    this.checkersShare += (Number(checker) - this.checkersShare) / SHARE_STEPS
    this.executions += 1
    donor.computed += 1
    const second = this.random() < secondCopyChance(this.waiting.size, this.donors.length)
    const unit = mayCheck(checker, this.checkersShare)
      ? (this.waiting.takeDisputed(donor, this.random) ??
        (second ? this.waiting.take(donor, this.random) : undefined))
      : undefined
    const said = this.answer(donor, unit)
    const vote: SimulatedVote = { donor, said, digest: digestOf(said), window: undefined }
    if (unit) this.voted(unit, vote)
    else this.computed(this.units++, vote)
  }

  counts(): RunCounts {
    let accepted = this.verified
    let wrong = this.verifiedWrong
    let forgersWork = 0
    let held = 0
    let keys = 0
    for (const donor of this.keys) {
      accepted += donor.released.length
      for (const unit of donor.released) if (this.said[unit] !== 0) wrong += 1
      held += donor.open.length
      for (const { units } of donor.closed.values()) held += units.length
      if (!donor.forger) continue
      forgersWork += donor.computed
      keys += 1
    }
    const { executions, inconclusive } = this
    return { executions, accepted, wrong, forgersWork, held, keys, inconclusive }
  }

  private enter(forger: boolean): SimulatedDonor {
    const lie = forger && this.init.attack.together ? COLLUDERS_LIE : ++this.lies
    const donor = new SimulatedDonor(this.keys.length, forger, lie)
    this.keys.push(donor)
    return donor
  }

  private answer(donor: SimulatedDonor, unit: WaitingUnit | undefined): number {
    const { scheme, attack, honestErrors } = this.init
    if (!donor.forger) return honestErrors > 0 && this.random() < honestErrors ? ++this.lies : 0
    const { lie } = donor
    const shared = attack.together && unit?.votes.some(({ said }) => said === lie) === true
    if (!shared && !attack.forges(donor, scheme.prospect(donor), this.random)) return 0
    if (!shared) {
      donor.forged += 1
      donor.forgedInWindow += 1
      donor.forgedOpen += 1
    }
    return lie
  }

  /** A first result. */
  private computed(unit: number, vote: SimulatedVote): void {
    const { scheme } = this.init
    const { donor, said } = vote
    switch (scheme.fate(donor, this.random)) {
      case 'check':
        this.wait({ unit, votes: [vote], disputants: [] })
        return
      case 'final':
        this.verified += 1
        if (said === 0) return
        this.accepted(donor)
        this.verifiedWrong += 1
        return
      case 'held': {
        if (!scheme.policy) return
        this.said[unit] = said
        const full = hold(donor, unit, scheme.policy, this.random)
        if (!full) return
        const drawn = this.said[full.drawn] ?? 0
        const checked = { ...vote, said: drawn, digest: digestOf(drawn), window: full.window }
        this.wait({ unit: full.drawn, votes: [checked], disputants: [] })
      }
    }
  }

  private voted(unit: WaitingUnit, vote: SimulatedVote): void {
    unit.votes.push(vote)
    const votes = unit.votes.map(({ donor, digest }) => {
      return { donor, donorKey: donor.donorKey, digest, established: isEstablished(donor.trust) }
    })
    for (const { donor } of disputants(votes)) {
      if (unit.disputants.includes(donor)) continue
      unit.disputants.push(donor)
      move(donor, 'disputed')
    }
    const { policy } = this.init.scheme
    const verdict = judge(votes, policy ? quorumOf(votes, QUORUM_SIZE) : QUORUM_SIZE)
    if (verdict.kind === 'undecided') {
      this.wait(unit)
      return
    }
    for (const donor of unit.disputants) move(donor, 'settled')
    if (verdict.kind === 'inconclusive') {
      this.inconclusive += 1
      return
    }
    this.verified += 1
    if (verdict.digest !== '0') this.verifiedWrong += 1
    for (const each of unit.votes)
      if (each.digest === verdict.digest) this.confirmed(each)
      else this.failed(each.donor)
  }

  private wait(unit: WaitingUnit): void {
    this.waiting.add(unit)
  }

  private confirmed({ donor, said, window }: SimulatedVote): void {
    donor.consecutiveValid += 1
    if (!this.init.scheme.policy) donor.forgedInWindow = 0
    if (said !== 0) this.accepted(donor)
    if (window === undefined) {
      move(donor, 'confirmed')
      return
    }
    const closed = donor.closed.get(window)
    // From before the last error: its units were questioned one by one.
    if (!closed) return
    donor.closed.delete(window)
    donor.trust = moveTrust(donor.trust, { kind: 'released', window, results: closed.units.length + 1 })
    for (const unit of closed.units) {
      donor.released.push(unit)
      if (this.said[unit] !== 0) this.accepted(donor)
    }
  }

  /** A quorum contradicts this donor: all that rests on its word alone wants another donor's copy. */
  private failed(donor: SimulatedDonor): void {
    donor.consecutiveValid = 0
    donor.losses += 1
    move(donor, 'failed')
    const questioned = [donor.released, ...[...donor.closed.values()].map(({ units }) => units), donor.open]
    donor.released = []
    donor.open = []
    donor.closed.clear()
    for (const units of questioned)
      for (const unit of units) {
        const said = this.said[unit] ?? 0
        const digest = digestOf(said)
        const vote = { donor, said, digest, window: undefined }
        this.wait({ unit, votes: [vote], disputants: [] })
      }
  }

  private accepted(donor: SimulatedDonor): void {
    donor.forgedOpen -= 1
    donor.forgedAccepted += 1
  }
}

function digestOf(said: number): Hex32 {
  return String(said) as Hex32
}

function move(donor: SimulatedDonor, kind: 'disputed' | 'settled' | 'confirmed' | 'failed'): void {
  donor.trust = moveTrust(donor.trust, { kind })
}
