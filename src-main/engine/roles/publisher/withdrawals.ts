import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { judge } from '../../../domain/validation.ts'
import { moveUnit } from '../../../domain/work-unit.ts'
import type { VoteRow } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'

/** Takes words back that donors had on units of their own choice. Every call belongs inside a transaction. */
export class Withdrawals {
  private readonly parts: Pick<PublisherComponents, 'store'>
  private readonly catalogue: Pick<Catalogue, 'batch' | 'trust'>

  constructor(parts: Pick<PublisherComponents, 'store'>, catalogue: Pick<Catalogue, 'batch' | 'trust'>) {
    this.parts = parts
    this.catalogue = catalogue
  }

  /**
   * This donor was found wrong: what is undecided of the units that it chose, `LIMITS.selfAssignedUnits` at most, counts no
   * more. Else each would cost an execution, and an accomplice might still be handed one.
   */
  ofDonor(donorKey: DonorKey): void {
    const { store } = this.parts
    for (const unit of [...store.selfAssigned(donorKey)]) {
      const votes = store.votes(unit)
      const own = votes.find((vote) => vote.donorKey === donorKey)
      if (own) this.withdraw(unit, own, votes)
    }
  }

  private withdraw(unit: UnitId, own: VoteRow, votes: readonly VoteRow[]): void {
    const { store } = this.parts
    const others = votes.filter((vote) => vote !== own)
    const trust = this.catalogue.trust(unit.batch)
    // Where donors are trusted others have contradicted it by now, and a dispute ends by deciding the unit.
    if (trust && others.length > 0) return
    const verdict = judge(others, trust ? 1 : (this.catalogue.batch(unit.batch)?.quorum ?? 1))
    if (verdict.kind !== 'undecided') return
    const work = store.unit(unit)
    store.saveCopy(own, { ...own, standing: 'uncounted' })
    store.saveUnit(unit, work, moveUnit(work, { kind: 'withdrawn', wanted: verdict.copiesWanted }), 0)
    const said = new Set(others.map(({ digest }) => digest))
    if (!said.has(own.digest) && said.size < 2) store.keepOutput(unit, others[0]?.digest)
  }
}
