import type {
  GrantNotice,
  GrantsAnswer,
  GrantsRequest,
  HelloAnswer,
  LeaseAnswer,
  LeaseRequest,
  SubmitAnswer,
  SubmittedResult,
} from '../../../contracts/wire/messages.ts'
import { WIRE_VERSION } from '../../../contracts/wire/codec.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { PublisherHandlers, RemoteDonor, SealedRecord } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Intake } from './intake.ts'
import type { Leasing } from './leasing.ts'
import type { Sealer } from './sealer.ts'
import type { WriteQueue } from './write-queue.ts'

/** Idle donors ask again so that together they cost this many milliseconds between two questions. */
const RETRY_MS_PER_DONOR = 20
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000
/** Units decided against a donor that it is told with every answer: an answer may be lost, so none is ticked off. */
const REJECTED_TOLD = 256

export interface DeskComponents {
  readonly parts: PublisherComponents
  readonly catalogue: Catalogue
  readonly leasing: Leasing
  readonly intake: Intake
  readonly sealer: Sealer
  readonly writes: WriteQueue
  donorsConnected(): number
  /** Something changed on disk that a status shows. */
  changed(): void
}

/** Answers donors that passed `hello`. */
export class DonorDesk implements PublisherHandlers {
  private readonly desk: DeskComponents

  constructor(desk: DeskComponents) {
    this.desk = desk
  }

  hello(): HelloAnswer {
    return {
      version: WIRE_VERSION,
      serverTime: this.desk.parts.clock.now(),
      projectLength: this.desk.catalogue.projectLength,
      leaseUnits: LIMITS.leaseUnits,
      submitResults: LIMITS.submitResults,
    }
  }

  async lease({ donorKey }: RemoteDonor, request: LeaseRequest): Promise<LeaseAnswer> {
    const { leasing, parts, writes } = this.desk
    const donors = this.desk.donorsConnected()
    const weight = Math.min(request.units, LIMITS.leaseUnits)
    const units = await writes.run(weight, () => leasing.lease(donorKey, request, donors))
    if (units.length > 0) this.desk.changed()
    const retryAfterMs = Math.min(Math.max(donors * RETRY_MS_PER_DONOR, RETRY_MS_MIN), RETRY_MS_MAX)
    return { units, expiresAt: parts.clock.now() + LIMITS.leaseMs, retryAfterMs }
  }

  async submit({ donorKey }: RemoteDonor, results: readonly SubmittedResult[]): Promise<SubmitAnswer> {
    const { intake, sealer, writes } = this.desk
    if (results.length > LIMITS.submitResults)
      throw new PowerswarmError(
        'limit-exceeded',
        `At most ${LIMITS.submitResults} results fit into one submit`,
      )
    const standings = await writes.run(results.length, () =>
      results.map((result) => intake.take(donorKey, result)),
    )
    sealer.poke()
    this.desk.changed()
    return { standings }
  }

  grants({ donorKey }: RemoteDonor, { fromSequence }: GrantsRequest): GrantsAnswer {
    const { store } = this.desk.parts
    const sealed = store.sealedFor(donorKey, fromSequence, LIMITS.grantsPerAnswer + 1)
    const grants: GrantNotice[] = []
    let units = 0
    for (const record of sealed) {
      units += record.units.length
      const full = grants.length >= LIMITS.grantsPerAnswer || (units > LIMITS.grantUnits && grants.length > 0)
      if (full) return { grants, more: true, rejected: [] }
      if (!this.isVisible(record)) break
      grants.push({
        sequence: record.record.sequence,
        epoch: record.epoch,
        index: record.index,
        units: record.units,
      })
    }
    return { grants, more: false, rejected: store.rejected(donorKey, REJECTED_TOLD) }
  }

  private isVisible({ epoch, index }: SealedRecord): boolean {
    return this.desk.sealer.isVisible(epoch, index)
  }
}
