import { unitText, type DonorKey } from '../../../src-main/domain/ids.ts'
import { digests, donorKeys, type Incarnation } from './incarnation.ts'

/**
 * Compares the real ledger with what donors were told: every acknowledged (unit, donor) on it exactly once, sums and
 * sequences without a gap. Throws what differs.
 */
export async function checkLedger(
  { store, cores }: Incarnation,
  acknowledged: ReadonlySet<string>,
): Promise<{ readonly blocks: number; readonly grants: number }> {
  const granted: string[] = []
  const totals = new Map<string, { sequence: number; fuel: bigint }>()
  let blocks = 0
  for await (const { index, record } of cores.ledgerRecords()) {
    const { sequence = 0, fuel = 0n } = totals.get(record.donorKey) ?? {}
    const sealed = store.sealedRecord(record.donorKey as DonorKey, record.sequence)
    if (sealed?.index !== index) throw new Error(`block ${index} is not the one that the store sealed`)
    if (record.sequence !== sequence) throw new Error(`block ${index} leaves a gap in its donor's sequence`)
    if (record.cumulativeFuel !== fuel + record.fuel) throw new Error(`block ${index} adds up wrongly`)
    const units = store.sealedUnits(sealed)
    if (digests.unitsRoot(units) !== record.unitsRoot) throw new Error(`block ${index} grants other units`)
    granted.push(...units.map((unit) => `${unitText(unit)} ${record.donorKey}`))
    totals.set(record.donorKey, { sequence: sequence + 1, fuel: record.cumulativeFuel })
    blocks += 1
  }
  if (new Set(granted).size !== granted.length) throw new Error('a grant is on the ledger twice')
  const missing = [...acknowledged].filter((each) => !granted.includes(each))
  const surplus = granted.filter((each) => !acknowledged.has(each))
  if (missing.length > 0) throw new Error(`acknowledged and not granted: ${missing.join(', ')}`)
  if (surplus.length > 0) throw new Error(`granted and never acknowledged: ${surplus.join(', ')}`)
  if (
    donorKeys.some((key) => (totals.get(key)?.fuel ?? 0n) !== (store.lastRecord(key)?.cumulativeFuel ?? 0n))
  )
    throw new Error('a total in the store differs from the ledger')
  return { blocks, grants: granted.length }
}
