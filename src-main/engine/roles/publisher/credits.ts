import { moveCredit, type CreditStanding } from '../../../domain/credit.ts'
import type { DonorKey, Hex32, UnitId } from '../../../domain/ids.ts'
import type { PublisherComponents } from './components.ts'
import { ownDonorKey } from './own-donor-key.ts'

/** A donor's result of one unit. */
export interface Credited {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  readonly digest: Hex32
}

/**
 * Grants and revokes, each at most once for a (unit, donor). Every call belongs inside a transaction. The output of the
 * result must still be there: what it cost is what is granted.
 */
export class Credits {
  private readonly parts: Pick<PublisherComponents, 'store' | 'cores'>

  constructor(parts: Pick<PublisherComponents, 'store' | 'cores'>) {
    this.parts = parts
  }

  settle({ unit, donorKey, digest }: Credited, standing: CreditStanding): void {
    const { store } = this.parts
    if (donorKey === ownDonorKey(this.parts)) return
    const before = store.isGranted(unit, donorKey) ? 'granted' : 'none'
    const after = moveCredit(before, standing)
    if (after === before || after === 'held') return
    const output = store.output(unit, digest)
    if (!output) throw new Error(`the output of unit ${unit.batch}.${unit.index} is missing`)
    if (after === 'granted') store.addGrant({ unit, donorKey, fuel: output.fuel })
    if (after === 'revoked') store.addRevocation({ unit, donorKey, fuel: output.fuel })
  }
}
