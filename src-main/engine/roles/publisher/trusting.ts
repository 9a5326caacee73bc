import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import {
  NEWCOMER,
  isChecker,
  isEstablished,
  isTrusted,
  isWindowFull,
  moveTrust,
  type DonorTrust,
  type TrustEvent,
  type TrustPolicy,
} from '../../../domain/trust.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { disputants, judge, quorumOf, type Verdict } from '../../../domain/validation.ts'
import { moveUnit } from '../../../domain/work-unit.ts'
import type { OnTrustRow, VoteRow } from '../../ports.ts'
import type { PublisherComponents } from './components.ts'
import type { Credits } from './credits.ts'
import { ownDonorKey } from './own-donor-key.ts'
import type { Withdrawals } from './withdrawals.ts'

/** The publisher's own slots need no proof. */
const OWN: DonorTrust = { ...NEWCOMER, proven: LIMITS.establishedResults }
/** Units that one round of {@link Trusting.chores} questions at most. */
const QUESTIONED_UNITS = 512
const WINDOWS = 64

/**
 * Moves the trust in donors, and what rests on it. Every call belongs inside a transaction.
 *
 * A result accepted on trust has a row until its unit is decided by others. The row of the one that was drawn from a
 * window decides about the window. Rows of released windows stay: an error questions them, too.
 */
export class Trusting {
  private readonly parts: PublisherComponents
  private readonly credits: Credits
  private readonly withdrawals: Withdrawals

  constructor(parts: PublisherComponents, credits: Credits, withdrawals: Withdrawals) {
    this.parts = parts
    this.credits = credits
    this.withdrawals = withdrawals
  }

  isChecker(donorKey: DonorKey): boolean {
    return isChecker(this.of(donorKey))
  }

  isEstablished(donorKey: DonorKey): boolean {
    return isEstablished(this.of(donorKey))
  }

  isTrusted(donorKey: DonorKey, policy: TrustPolicy): boolean {
    return donorKey !== ownDonorKey(this.parts) && isTrusted(this.of(donorKey), policy)
  }

  /** The unit is `trusted` now and this vote its only one: puts it into its donor's open window. */
  hold({ unit, donorKey }: VoteRow, policy: TrustPolicy): void {
    const { store, clock } = this.parts
    const { window, held } = this.of(donorKey)
    store.saveOnTrust({ unit, donorKey, window, drawn: false })
    this.move(donorKey, { kind: 'held' })
    if (held === 0) store.windowOpened(donorKey, clock.now())
    if (isWindowFull(this.of(donorKey), policy)) this.draw(donorKey)
  }

  /** Judges all votes on a unit of a batch that trusts donors; notes it when results differ. */
  judge(unit: UnitId, votes: readonly VoteRow[], quorum: number): Verdict {
    const { store } = this.parts
    const answers = votes.map((vote) => ({ ...vote, established: isEstablished(this.of(vote.donorKey)) }))
    if (votes.some(({ digest }) => digest !== votes[0]?.digest)) {
      const known = store.disputants(unit)
      const others = disputants(answers)
        .map(({ donorKey }) => donorKey)
        .filter((donorKey) => !known.includes(donorKey))
      store.addDispute(unit, others)
      for (const donorKey of others) this.move(donorKey, { kind: 'disputed' })
    }
    // Who took the unit by itself vouches for nobody: that is for one whom the publisher chose.
    const chosen = answers.map((answer) => ({
      ...answer,
      established: answer.established && !answer.selfAssigned,
    }))
    const verdict = judge(votes, quorumOf(chosen, quorum))
    // One after the other: who comes next depends on what this one says.
    return verdict.kind === 'undecided' ? { ...verdict, copiesWanted: 1 } : verdict
  }

  /** A unit was decided by its votes, or ended without a decision. */
  decided(unit: UnitId, verdict: Exclude<Verdict, { kind: 'undecided' }>): void {
    const { store } = this.parts
    const row = store.onTrust(unit)
    if (row) store.removeOnTrust(unit)
    for (const donorKey of store.disputants(unit)) this.move(donorKey, { kind: 'settled' })
    store.endDispute(unit)
    if (verdict.kind === 'inconclusive') {
      if (row?.drawn === true) this.drawFrom(row.donorKey, row.window)
      return
    }
    for (const donorKey of verdict.agreeing)
      if (row?.drawn === true && row.donorKey === donorKey) this.release(row)
      else this.confirmed(unit, donorKey)
    for (const donorKey of verdict.losing) this.failed(donorKey)
  }

  /**
   * A quorum or a known answer agreed with a result of this donor that was in no window. It proves nothing where the donor
   * chose the unit.
   */
  confirmed(unit: UnitId, donorKey: DonorKey): void {
    if (this.parts.store.copy(unit, donorKey)?.selfAssigned) return
    this.move(donorKey, { kind: 'confirmed' })
  }

  /** It was found wrong. What rests on its word is questioned by {@link chores}; units that it chose are others' now. */
  failed(donorKey: DonorKey): void {
    this.move(donorKey, { kind: 'failed' })
    this.withdrawals.ofDonor(donorKey)
  }

  /** Another donor is to confirm this unit, which is accepted on one donor's word: its result is a vote again. */
  question({ unit, donorKey }: OnTrustRow): void {
    const { store } = this.parts
    const work = store.unit(unit)
    const copy = store.copy(unit, donorKey)
    if (!copy || (work.state !== 'trusted' && work.state !== 'released')) return
    if (copy.standing !== 'pending') store.saveCopy(copy, { ...copy, standing: 'pending' })
    store.saveUnit(unit, work, moveUnit(work, { kind: 'questioned' }), 0)
  }

  /**
   * Questions what rests on the word of donors that were found wrong, some of it, and closes windows that have been
   * open for long: their donors may never fill them.
   */
  chores(now: UnixMs): void {
    for (const row of this.parts.store.inDoubt(QUESTIONED_UNITS)) {
      this.parts.store.removeOnTrust(row.unit)
      this.question(row)
    }
    this.closeWindows(now - LIMITS.leaseMs)
  }

  /** Draws from windows that were opened before: the rest of their results may be long in coming. */
  closeWindows(before: UnixMs): void {
    for (const donorKey of this.parts.store.openWindows(before, WINDOWS)) this.draw(donorKey)
  }

  private draw(donorKey: DonorKey): void {
    const { window } = this.of(donorKey)
    this.move(donorKey, { kind: 'drawn' })
    this.drawFrom(donorKey, window)
  }

  /** One result of a closed window goes to be checked. A window of which nothing is left settles itself. */
  private drawFrom(donorKey: DonorKey, window: number): void {
    const { store } = this.parts
    if (window < this.of(donorKey).since) return
    const rows = store.window(donorKey, window).filter(({ drawn }) => !drawn)
    const row = rows[this.parts.randomWord() % rows.length]
    if (!row) {
      this.move(donorKey, { kind: 'released', window, results: 0 })
      return
    }
    store.saveOnTrust({ ...row, drawn: true })
    this.question(row)
  }

  /** The check of a window passed: its results count. Their rows stay, see the class. */
  private release({ donorKey, window }: OnTrustRow): void {
    const { store, clock } = this.parts
    if (window < this.of(donorKey).since) return
    const rows = store.window(donorKey, window)
    this.move(donorKey, { kind: 'released', window, results: rows.length + 1 })
    for (const { unit } of rows) {
      const work = store.unit(unit)
      const copy = store.copy(unit, donorKey)
      if (work.state !== 'trusted' || copy?.digest === undefined) continue
      store.saveUnit(unit, work, moveUnit(work, { kind: 'released' }), 0)
      store.saveCopy(copy, { ...copy, standing: 'verified' })
      store.addVerified(unit, clock.now())
      this.credits.settle({ unit, donorKey, digest: copy.digest }, 'verified')
    }
  }

  private of(donorKey: DonorKey): DonorTrust {
    return donorKey === ownDonorKey(this.parts) ? OWN : this.parts.store.trust(donorKey)
  }

  private move(donorKey: DonorKey, event: TrustEvent): void {
    if (donorKey === ownDonorKey(this.parts)) return
    this.parts.store.saveTrust(donorKey, moveTrust(this.of(donorKey), event))
  }
}
