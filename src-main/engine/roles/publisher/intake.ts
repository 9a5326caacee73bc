import type { Standing, SubmittedResult } from '../../../contracts/wire/messages.ts'
import type { DonorKey, Hex32 } from '../../../domain/ids.ts'
import { digestParts, isCounted, type CountedOutcome } from '../../../domain/outcome.ts'
import type { Batch } from '../../../domain/project.ts'
import { judgeSelfAssignment } from '../../../domain/reserve.ts'
import type { TrustPolicy } from '../../../domain/trust.ts'
import type { Fuel } from '../../../domain/units.ts'
import { judge, type Verdict } from '../../../domain/validation.ts'
import { moveUnit, type LeasedUnit, type UnitEvent, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow, OutputRow, VoteRow } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Credits } from './credits.ts'
import type { FuelMeans } from './fuel-means.ts'
import { ownDonorKey } from './own-donor-key.ts'
import type { Returns } from './returns.ts'
import type { Trusting } from './trusting.ts'

const NONE = new Uint8Array()

/** What became of a submitted result, and what it is worth knowing after the commit. */
export interface Taken {
  readonly standing: Standing
  /** Fuel of the unit that this result verified. */
  readonly verifiedFuel?: Fuel
}

export interface IntakeInit {
  readonly parts: PublisherComponents
  readonly catalogue: Catalogue
  readonly trusting: Trusting
  readonly credits: Credits
  readonly fuelMeans: FuelMeans
  readonly returns: Pick<Returns, 'isJustBack'>
}

/**
 * Takes results in and decides units. Every call but {@link remember} belongs inside a transaction.
 *
 * A donor loses standing only when a quorum contradicts it or its result is impossible. A unit that ends without a
 * decision says nothing about anybody: its results are `uncounted`.
 */
export class Intake {
  private readonly parts: PublisherComponents
  private readonly catalogue: Catalogue
  private readonly trusting: Trusting
  private readonly credits: Credits
  private readonly fuelMeans: FuelMeans
  private readonly returns: IntakeInit['returns']

  constructor(init: IntakeInit) {
    this.parts = init.parts
    this.catalogue = init.catalogue
    this.trusting = init.trusting
    this.credits = init.credits
    this.fuelMeans = init.fuelMeans
    this.returns = init.returns
  }

  /**
   * Takes one result of one donor. The first answer for a (unit, donor) stands: sent again, whatever it says then,
   * it only learns how the first one stands now. Without a copy leased to this donor it counts as one of the reserve, or is
   * `refused`.
   */
  take(donorKey: DonorKey, result: SubmittedResult): Taken {
    const { store, clock } = this.parts
    const copy = store.copy(result.unit, donorKey)
    const batch = this.catalogue.batch(result.unit.batch)
    if (!batch) return { standing: 'refused' }
    if (!copy) return this.takeFromReserve(donorKey, result, batch)
    if (copy.standing !== 'leased' && copy.standing !== 'lapsed') return { standing: copy.standing }
    const work = store.unit(result.unit)
    const held = copy.standing === 'leased'
    const answered: CopyRow = { ...copy, answeredAt: clock.now() }
    const { outcome } = result
    if (work.state === 'leased' && this.catalogue.endings.has(result.unit))
      return this.dismiss(copy, answered, 'uncounted', work, { kind: 'cancelled' })
    if (!isCounted(outcome)) return this.dismiss(copy, answered, 'noted', work, { kind: 'failed', held })
    if (!possible(result, batch)) {
      this.trusting.failed(donorKey)
      return this.dismiss(copy, answered, 'rejected', work, { kind: 'lapsed', held })
    }
    const output = this.outputOf(result, outcome)
    const voted: VoteRow = { ...answered, digest: output.digest }
    const open = this.opened(work, voted)
    if (open.state === 'leased') return this.vote(copy, voted, open, output, batch)
    const standing = standingIn(open, output.digest)
    store.saveCopy(copy, { ...voted, standing })
    // It was leased and nothing about the unit is told before the quorum: the donor computed it.
    if (standing === 'verified') this.credits.settle(voted, standing)
    if (this.catalogue.known(batch.batch)?.has(copy.unit.index) === true) {
      if (standing === 'verified') this.trusting.confirmed(copy.unit, donorKey)
      if (standing === 'rejected') this.trusting.failed(donorKey)
    }
    return { standing }
  }

  /** Call it when what was taken is on disk: a transaction may be repeated, the mean must not be. */
  remember({ verifiedFuel }: Taken): void {
    if (verifiedFuel !== undefined) this.fuelMeans.add(verifiedFuel)
  }

  /** A donor delivered these together; call it after the commit. */
  delivered(donorKey: DonorKey, results: readonly SubmittedResult[]): void {
    const fuel = results.reduce((sum, result) => sum + result.fuel, 0n)
    this.fuelMeans.delivered(donorKey, fuel, this.parts.clock.monotonicMs())
  }

  /**
   * A result of a unit that this donor was not handed: the first word on one of the reserve, after this publisher was away; a
   * check of this donor where the answer is known; or nothing.
   */
  private takeFromReserve(donorKey: DonorKey, result: SubmittedResult, batch: Batch): Taken {
    const { store } = this.parts
    const { unit, outcome } = result
    if (!isCounted(outcome) || this.catalogue.endings.has(unit)) return { standing: 'refused' }
    const work = store.unit(unit)
    const kind = judgeSelfAssignment({
      unit,
      batch,
      isJustBack: this.returns.isJustBack,
      isKnown: this.catalogue.known(batch.batch)?.has(unit.index) === true,
      reserve: this.catalogue.plan(batch.batch).reserve?.units ?? 0,
      work,
      undecided: store.selfAssigned(donorKey).length,
      proven: store.trust(donorKey).proven,
    })
    if (kind === 'refused') return { standing: kind }
    const output = this.outputOf(result, outcome)
    if (kind === 'check') {
      const isRight = work.state === 'verified' && work.digest === output.digest
      if (!isRight) this.trusting.failed(donorKey)
      return this.keepOwn(donorKey, output, isRight ? 'uncounted' : 'rejected')
    }
    if (!possible(result, batch)) {
      this.trusting.failed(donorKey)
      return { standing: 'rejected' }
    }
    const quorum = this.catalogue.trust(unit.batch) ? 1 : batch.quorum
    store.saveUnit(unit, work, moveUnit(work, { kind: 'self-assigned', quorum }), this.parts.randomWord())
    store.addOutput(output)
    return this.keepOwn(donorKey, output, 'pending')
  }

  /** With this copy the donor is never handed the unit. */
  private keepOwn(donorKey: DonorKey, { unit, digest }: OutputRow, standing: VoteStanding): Taken {
    const { store, clock } = this.parts
    const now = clock.now()
    const times = { expiresAt: now, answeredAt: now }
    store.saveCopy(undefined, { unit, donorKey, standing, ...times, digest, selfAssigned: true })
    return { standing }
  }

  /** A unit that rests on another donor's word is open again when this result contradicts it. */
  private opened(work: WorkUnit, { unit, digest }: VoteRow): WorkUnit {
    if ((work.state !== 'trusted' && work.state !== 'released') || work.digest === digest) return work
    const { store } = this.parts
    const row = store.onTrust(unit)
    if (!row) return work
    store.removeOnTrust(unit)
    this.trusting.question(row)
    return store.unit(unit)
  }

  /** `copy` before and after the vote. */
  private vote(copy: CopyRow, voted: VoteRow, work: LeasedUnit, output: OutputRow, batch: Batch): Taken {
    const { store } = this.parts
    const { unit } = copy
    const policy = this.catalogue.trust(unit.batch)
    store.addOutput(output)
    if (policy && work.votes === 0 && this.trusting.isTrusted(voted.donorKey, policy))
      return this.accept(copy, voted, work, policy)
    const others = work.votes > 0 ? store.votes(unit) : []
    const votes = [...others, voted]
    const verdict = policy ? this.trusting.judge(unit, votes, batch.quorum) : judge(votes, batch.quorum)
    const after = moveUnit(work, { kind: 'voted', held: copy.standing === 'leased', verdict })
    const standing = standingIn(after, voted.digest)
    store.saveCopy(copy, { ...voted, standing })
    store.saveUnit(unit, work, after, 0)
    if (verdict.kind === 'undecided') return { standing }
    this.settle(others, after)
    if (policy) {
      this.credit(votes, after)
      this.trusting.decided(unit, verdict)
    }
    if (verdict.kind !== 'verified') return { standing }
    store.addVerified(unit, voted.answeredAt ?? 0)
    if (verdict.losing.length > 0) store.keepOutput(unit, verdict.digest)
    if (!policy) this.grant(verdict, output)
    return { standing, verifiedFuel: output.fuel }
  }

  /** Accepts a first result on its donor's word. To the donor it is pending like any other. */
  private accept(copy: CopyRow, voted: VoteRow, work: LeasedUnit, policy: TrustPolicy): Taken {
    const { store } = this.parts
    const { digest } = voted
    store.saveCopy(copy, { ...voted, standing: 'pending' })
    store.saveUnit(copy.unit, work, moveUnit(work, { kind: 'trusted', digest }), 0)
    this.trusting.hold(voted, policy)
    return { standing: 'pending' }
  }

  /** After a plain quorum, which checks all who answered. Nobody has been granted the unit before. */
  private grant({ agreeing, losing }: Extract<Verdict, { kind: 'verified' }>, output: OutputRow): void {
    const { unit, fuel } = output
    for (const donorKey of agreeing) {
      if (donorKey !== ownDonorKey(this.parts)) this.parts.store.addGrant({ unit, donorKey, fuel })
      this.trusting.confirmed(unit, donorKey)
    }
    for (const donorKey of losing) this.trusting.failed(donorKey)
  }

  /** A result that is no vote. It may still decide the unit. */
  private dismiss(
    before: CopyRow,
    after: CopyRow,
    standing: 'noted' | 'rejected' | 'uncounted',
    work: WorkUnit,
    event: UnitEvent,
  ): Taken {
    const { store } = this.parts
    const moved = moveUnit(work, event)
    store.saveCopy(before, { ...after, standing })
    store.saveUnit(before.unit, work, moved, 0)
    if (moved === work || moved.state === 'leased') return { standing }
    const votes = store.votes(before.unit)
    this.settle(votes, moved)
    this.credit(votes, moved)
    this.trusting.decided(before.unit, { kind: 'inconclusive' })
    return { standing }
  }

  /** Tells the votes on a unit how they stand when it is decided. */
  private settle(votes: readonly VoteRow[], decided: WorkUnit): void {
    if (decided.state === 'leased') return
    for (const vote of votes)
      this.parts.store.saveCopy(vote, { ...vote, standing: standingIn(decided, vote.digest) })
  }

  private credit(votes: readonly VoteRow[], decided: WorkUnit): void {
    for (const vote of votes) this.credits.settle(vote, standingIn(decided, vote.digest))
  }

  private outputOf(result: SubmittedResult, outcome: CountedOutcome): OutputRow {
    const { unit, exitCode, fuel, files } = result
    const left = files === undefined ? {} : { files }
    const digest = this.parts.digests.hash(
      digestParts({ outcome, exitCode, fuel, stdout: result.stdout, stderr: NONE, ...left }),
    )
    // What the digest does not cover is not kept: one donor alone would vouch for it.
    const stdout = outcome === 'ok' ? result.stdout : NONE
    return { unit, digest, outcome, exitCode, fuel, stdout, ...left }
  }
}

type VoteStanding = Extract<Standing, 'pending' | 'verified' | 'rejected' | 'uncounted'>

/** Whether any run of a unit of this batch could have ended like this. */
function possible({ fuel, stdout }: SubmittedResult, batch: Batch): boolean {
  return fuel >= 0n && fuel <= batch.maxFuel && stdout.byteLength <= batch.maxOutputBytes
}

/** How a vote with this digest stands while the unit is like this. */
function standingIn(work: WorkUnit, digest: Hex32): VoteStanding {
  switch (work.state) {
    case 'unsent':
    case 'leased':
      return 'pending'
    case 'trusted':
      // The donor on whose word it rests has no credit yet either; a contradiction would have opened it again.
      return 'pending'
    case 'verified':
    case 'released':
      return work.digest === digest ? 'verified' : 'rejected'
    case 'inconclusive':
    case 'suspended':
      return 'uncounted'
  }
}
