import type { Standing, SubmittedResult } from '../../../contracts/wire/messages.ts'
import type { DonorKey, Hex32, UnitId } from '../../../domain/ids.ts'
import { digestParts, isCounted, type CountedOutcome } from '../../../domain/outcome.ts'
import type { Batch } from '../../../domain/project.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { judge, type Verdict } from '../../../domain/validation.ts'
import { moveUnit, type LeasedUnit, type UnitEvent, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow, OutputRow } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { FuelMeans } from './fuel-means.ts'

const NONE = new Uint8Array()

/** Takes results in and decides units. Every call belongs inside a transaction. */
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
  take(donorKey: DonorKey, result: SubmittedResult): Standing {
    const { store, clock } = this.parts
    const copy = store.copy(result.unit, donorKey)
    const batch = this.catalogue.batch(result.unit.batch)
    if (!copy || !batch) return 'refused'
    if (copy.standing !== 'leased' && copy.standing !== 'lapsed') return copy.standing
    const work = store.unit(result.unit)
    const held = copy.standing === 'leased'
    const answered: CopyRow = { ...copy, answeredAt: clock.now() }
    const { outcome } = result
    if (!isCounted(outcome)) return this.settle(copy, answered, 'noted', work, { kind: 'failed', held })
    if (!possible(result, batch))
      return this.settle(copy, answered, 'rejected', work, { kind: 'lapsed', held })

    const output = this.outputOf(result, outcome)
    const voted: CopyRow = { ...answered, digest: output.digest }
    if (work.state === 'leased') return this.vote(copy, voted, work, output, batch.quorum)
    if (work.state !== 'verified' || work.digest !== output.digest)
      return this.settle(copy, voted, 'rejected', work)
    // It was leased and nothing about the unit is told before the quorum: the donor computed it.
    this.grant(result.unit, donorKey, output)
    return this.settle(copy, voted, 'verified', work)
  }

  private vote(copy: CopyRow, voted: CopyRow, work: LeasedUnit, output: OutputRow, quorum: number): Standing {
    const { store } = this.parts
    const { unit, donorKey } = copy
    store.addOutput(output)
    const others = work.votes > 0 ? store.votes(unit) : []
    const verdict = judge([...others, { donorKey, digest: output.digest }], quorum)
    const event: UnitEvent = { kind: 'voted', held: copy.standing === 'leased', verdict }
    const standing = standingIn(verdict, donorKey)
    if (verdict.kind !== 'undecided')
      for (const other of others)
        store.saveCopy(other, { ...other, standing: standingIn(verdict, other.donorKey) })
    this.settle(copy, voted, standing, work, event)
    if (verdict.kind === 'verified') this.verify(unit, verdict, output, voted.answeredAt ?? 0)
    return standing
  }

  private settle(
    before: CopyRow,
    after: CopyRow,
    standing: Settled,
    work: WorkUnit,
    event?: UnitEvent,
  ): Standing {
    const { store } = this.parts
    store.saveCopy(before, { ...after, standing })
    if (event) store.saveUnit(before.unit, work, moveUnit(work, event), 0)
    return standing
  }

  private verify(
    unit: UnitId,
    verdict: Extract<Verdict, { kind: 'verified' }>,
    output: OutputRow,
    at: UnixMs,
  ): void {
    const { store } = this.parts
    store.addVerified(unit, at)
    if (verdict.losing.length > 0) store.keepOutput(unit, verdict.digest)
    for (const agreeing of verdict.agreeing) this.grant(unit, agreeing, output)
    this.fuelMeans.add(output.fuel)
  }

  private grant(unit: UnitId, donorKey: DonorKey, output: OutputRow): void {
    if (donorKey === ownDonorKey(this.parts)) return
    this.parts.store.addGrant({ unit, donorKey, fuel: output.fuel })
  }

  private outputOf(result: SubmittedResult, outcome: CountedOutcome): OutputRow {
    const { unit, exitCode, fuel } = result
    const digest = this.parts.digests.hash(
      digestParts({ outcome, exitCode, fuel, stdout: result.stdout, stderr: NONE }),
    )
    // What the digest does not cover is not kept: one donor alone would vouch for it.
    return { unit, digest, outcome, exitCode, fuel, stdout: outcome === 'ok' ? result.stdout : NONE }
  }
}

type Settled = Exclude<Standing, 'refused'>

/** The publisher's own verify cores vote under the project's key. They are never granted credit. */
export function ownDonorKey({ cores }: Pick<PublisherComponents, 'cores'>): DonorKey {
  return cores.projectKey as Hex32 as DonorKey
}

/** Whether any run of a unit of this batch could have ended like this. */
function possible({ fuel, stdout }: SubmittedResult, batch: Batch): boolean {
  return fuel >= 0n && fuel <= batch.maxFuel && stdout.byteLength <= batch.maxOutputBytes
}

function standingIn(verdict: Verdict, donorKey: DonorKey): Settled {
  if (verdict.kind === 'undecided') return 'pending'
  return verdict.kind === 'verified' && verdict.agreeing.includes(donorKey) ? 'verified' : 'rejected'
}
