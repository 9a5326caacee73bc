import type {
  GiveBack,
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
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { PublisherHandlers, RemoteDonor, SealedRecord, WithoutCredit } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import { FairShares } from './fair-shares.ts'
import type { Intake } from './intake.ts'
import type { Leasing } from './leasing.ts'
import type { Restored } from './restored.ts'
import type { Sealer } from './sealer.ts'
import type { WriteQueue } from './write-queue.ts'

/** Idle donors ask again so that together they cost this many milliseconds between two questions. */
const RETRY_MS_PER_DONOR = 60
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000
/** Units without credit that a donor is told with every last page: an answer may be lost, so none is ticked off. */
const WITHOUT_CREDIT_TOLD = 256

export interface DeskComponents {
  readonly parts: PublisherComponents
  readonly catalogue: Catalogue
  readonly leasing: Leasing
  readonly intake: Intake
  readonly sealer: Sealer
  readonly restored: Restored
  readonly writes: WriteQueue
  donorsConnected(): number
  /** Something changed on disk that a status shows. */
  changed(): void
}

/** Answers donors that passed `hello`. */
export class DonorDesk implements PublisherHandlers {
  private readonly desk: DeskComponents
  private readonly shares: FairShares

  constructor(desk: DeskComponents) {
    this.desk = desk
    this.shares = new FairShares(desk.parts, desk.catalogue)
  }

  hello({ donorKey }: RemoteDonor): HelloAnswer {
    this.mustBeWelcome(donorKey)
    return {
      version: WIRE_VERSION,
      serverTime: this.desk.parts.clock.now(),
      projectLength: this.desk.catalogue.projectLength,
      leaseUnits: LIMITS.leaseUnits,
      submitResults: LIMITS.submitResults,
    }
  }

  async lease(donor: RemoteDonor, request: LeaseRequest): Promise<LeaseAnswer> {
    const { leasing, writes } = this.desk
    this.mustBeWelcome(donor.donorKey)
    const donors = this.desk.donorsConnected()
    const weight = Math.min(request.units, LIMITS.leaseUnits)
    const leased = await writes.run(weight, () => {
      const room = this.shares.room(donor.donorKey, donors)
      return leasing.lease(donor, { ...request, units: Math.min(request.units, room) }, donors)
    })
    leasing.remember(donor.donorKey, leased)
    if (leased.handedOut) this.desk.changed()
    if (leased.released) void this.publishRelease()
    const retryAfterMs = Math.min(Math.max(donors * RETRY_MS_PER_DONOR, RETRY_MS_MIN), RETRY_MS_MAX)
    return { units: leased.units, expiresAt: leased.expiresAt, retryAfterMs }
  }

  async giveBack(donor: RemoteDonor, { units }: GiveBack): Promise<void> {
    const { leasing, writes } = this.desk
    this.mustBeWelcome(donor.donorKey)
    await writes.run(units.length, () => {
      leasing.giveBack(donor, units)
    })
    this.desk.changed()
  }

  async submit({ donorKey }: RemoteDonor, results: readonly SubmittedResult[]): Promise<SubmitAnswer> {
    const { intake, sealer, writes } = this.desk
    this.mustBeWelcome(donorKey)
    if (results.length > LIMITS.submitResults)
      throw new PowerswarmError(
        'limit-exceeded',
        `At most ${LIMITS.submitResults} results fit into one submit`,
      )
    const taken = await writes.run(results.length, () =>
      results.map((result) => intake.take(donorKey, result)),
    )
    for (const each of taken) intake.remember(each)
    intake.delivered(donorKey, results)
    sealer.poke()
    this.desk.changed()
    return { standings: taken.map(({ standing }) => standing) }
  }

  /** One record after the other until the answer is full: asking from 0 again and again costs no more than that. */
  grants({ donorKey }: RemoteDonor, { fromSequence }: GrantsRequest): GrantsAnswer {
    this.desk.restored.heard(donorKey, fromSequence)
    const { store } = this.desk.parts
    const grants: GrantNotice[] = []
    let units = 0
    for (let sequence = fromSequence; ; sequence++) {
      const sealed = store.sealedRecord(donorKey, sequence)
      if (!sealed || !this.isVisible(sealed)) break
      units += sealed.record.units
      const full = grants.length >= LIMITS.grantsPerAnswer || (units > LIMITS.grantUnits && grants.length > 0)
      if (full) return { grants, more: true, rejected: [], uncounted: [] }
      const { epoch, index } = sealed
      grants.push({ sequence, epoch, index, units: store.sealedUnits(sealed) })
    }
    const ended = store.withoutCredit(donorKey, WITHOUT_CREDIT_TOLD)
    return {
      grants,
      more: false,
      rejected: unitsThat('rejected', ended),
      uncounted: unitsThat('uncounted', ended),
    }
  }

  /** That it is late, or comes with the next record, costs donors that are away some work of no use. */
  private async publishRelease(): Promise<void> {
    const { catalogue, parts } = this.desk
    try {
      await catalogue.catchUp()
    } catch (error) {
      parts.log('warn', 'reserve-not-released', { code: errorCode(error) })
    }
  }

  private mustBeWelcome(donorKey: DonorKey): void {
    if (this.desk.parts.store.isBanned(donorKey))
      throw new PowerswarmError('banned', 'The publisher takes no results from this donor any more')
  }

  private isVisible({ epoch, index }: SealedRecord): boolean {
    return this.desk.sealer.isVisible(epoch, index)
  }
}

function unitsThat(standing: WithoutCredit['standing'], ended: readonly WithoutCredit[]): UnitId[] {
  return ended.filter((each) => each.standing === standing).map(({ unit }) => unit)
}
