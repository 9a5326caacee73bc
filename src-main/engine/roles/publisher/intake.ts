import type { Standing, SubmittedResult } from '../../../contracts/wire/messages.ts'
import type { DonorKey, Hex32, UnitId } from '../../../domain/ids.ts'
import { digestParts, isCounted, type CountedOutcome } from '../../../domain/outcome.ts'
import type { Batch } from '../../../domain/project.ts'
import type { Fuel } from '../../../domain/units.ts'
import { judge } from '../../../domain/validation.ts'
import { moveUnit, type LeasedUnit, type UnitEvent, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow, OutputRow, VoteRow } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { FuelMeans } from './fuel-means.ts'

const NONE = new Uint8Array()

/** What became of a submitted result, and what it is worth knowing after the commit. */
export interface Taken {
  readonly standing: Standing
  /** Fuel of the unit that this result verified. */
  readonly verifiedFuel?: Fuel
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
  private readonly fuelMeans: FuelMeans

  constructor(parts: PublisherComponents, catalogue: Catalogue, fuelMeans: FuelMeans) {
    this.parts = parts
    this.catalogue = catalogue
    this.fuelMeans = fuelMeans
  }

  /**
   * Takes one result of one donor. The first answer for a (unit, donor) stands: sent again, whatever it says then,
   * it only learns how the first one stands now. Without a copy leased to this donor it is `refused`.
   */
  take(donorKey: DonorKey, result: SubmittedResult): Taken {
    const { store, clock } = this.parts
    const copy = store.copy(result.unit, donorKey)
    const batch = this.catalogue.batch(result.unit.batch)
    if (!copy || !batch) return { standing: 'refused' }
    if (copy.standing !== 'leased' && copy.standing !== 'lapsed') return { standing: copy.standing }
    const work = store.unit(result.unit)
    const held = copy.standing === 'leased'
    const answered: CopyRow = { ...copy, answeredAt: clock.now() }
    const { outcome } = result
    if (work.state === 'leased' && this.catalogue.endings.has(result.unit))
      return this.dismiss(copy, answered, 'uncounted', work, { kind: 'cancelled' })
    if (!isCounted(outcome)) return this.dismiss(copy, answered, 'noted', work, { kind: 'failed', held })
    if (!possible(result, batch))
      return this.dismiss(copy, answered, 'rejected', work, { kind: 'lapsed', held })

    const output = this.outputOf(result, outcome)
    const voted: VoteRow = { ...answered, digest: output.digest }
    if (work.state === 'leased') return this.vote(copy, voted, work, output, batch.quorum)
    const standing = standingIn(work, output.digest)
    // It was leased and nothing about the unit is told before the quorum: the donor computed it.
    if (standing === 'verified') this.grant(result.unit, donorKey, output)
    store.saveCopy(copy, { ...voted, standing })
    return { standing }
  }

  /** Call it when what was taken is on disk: a transaction may be repeated, the mean must not be. */
  remember({ verifiedFuel }: Taken): void {
    if (verifiedFuel !== undefined) this.fuelMeans.add(verifiedFuel)
  }

  /** `copy` before and after the vote. */
  private vote(copy: CopyRow, voted: VoteRow, work: LeasedUnit, output: OutputRow, quorum: number): Taken {
    const { store } = this.parts
    const { unit } = copy
    store.addOutput(output)
    const others = work.votes > 0 ? store.votes(unit) : []
    const verdict = judge([...others, voted], quorum)
    const after = moveUnit(work, { kind: 'voted', held: copy.standing === 'leased', verdict })
    const standing = standingIn(after, voted.digest)
    store.saveCopy(copy, { ...voted, standing })
    store.saveUnit(unit, work, after, 0)
    this.settle(others, after)
    if (verdict.kind !== 'verified') return { standing }
    store.addVerified(unit, voted.answeredAt ?? 0)
    if (verdict.losing.length > 0) store.keepOutput(unit, verdict.digest)
    for (const agreeing of verdict.agreeing) this.grant(unit, agreeing, output)
    return { standing, verifiedFuel: output.fuel }
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
    if (moved !== work && moved.state !== 'leased') this.settle(store.votes(before.unit), moved)
    return { standing }
  }

  /** Tells the votes on a unit how they stand when it is decided. */
  private settle(votes: readonly VoteRow[], decided: WorkUnit): void {
    if (decided.state === 'leased') return
    for (const vote of votes)
      this.parts.store.saveCopy(vote, { ...vote, standing: standingIn(decided, vote.digest) })
  }

  private grant(unit: UnitId, donorKey: DonorKey, output: OutputRow): void {
    if (donorKey === ownDonorKey(this.parts)) return
    this.parts.store.addGrant({ unit, donorKey, fuel: output.fuel })
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

/** The publisher's own verify cores vote under the project's key. They are never granted credit. */
export function ownDonorKey({ cores }: Pick<PublisherComponents, 'cores'>): DonorKey {
  return cores.projectKey as Hex32 as DonorKey
}

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
    case 'verified':
      return work.digest === digest ? 'verified' : 'rejected'
    case 'inconclusive':
    case 'suspended':
      return 'uncounted'
  }
}
