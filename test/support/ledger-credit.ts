import { expect } from 'vitest'
import type { DonorKey } from '../../src-main/domain/ids.ts'
import { checkGrant } from '../../src-main/engine/verifier/check-grant.ts'
import { ledgerOf } from './fake-publisher-cores.ts'
import { digests, remote, type Project, type Rig } from './publisher-rig.ts'

/**
 * Indexes of the units that a donor has credit for, in order, by following its records on the ledger as it does
 * itself: each must follow from the one before, no unit may be granted twice or taken back without a grant.
 */
export function creditOf({ publisher }: Rig, project: Project, donor: DonorKey): number[] {
  const ledger = ledgerOf(project.bytes)
  const credited = new Set<number>()
  const ever = new Set<number>()
  let cumulativeFuel = 0n
  const { grants, more } = publisher.donorHandlers.grants(remote(donor), { fromSequence: 0 })
  expect(more).toBe(false)
  for (const [nextSequence, notice] of grants.entries()) {
    const record = ledger[notice.index]
    if (!record) throw new Error('the notice names a block that is not there')
    const expected = { donorKey: donor, nextSequence, cumulativeFuel, epoch: 0 }
    expect(checkGrant(record, notice, expected, digests)).toBeUndefined()
    for (const { index } of notice.units) {
      expect(record.revokes ? credited.has(index) : !ever.has(index)).toBe(true)
      ever.add(index)
      if (record.revokes) credited.delete(index)
      else credited.add(index)
    }
    cumulativeFuel = record.cumulativeFuel
  }
  return [...credited].toSorted((a, b) => a - b)
}
