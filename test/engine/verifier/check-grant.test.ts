import { describe, expect, it } from 'vitest'
import type { GrantNotice } from '../../../src-main/contracts/wire/messages.ts'
import { hex32 } from '../../../src-main/domain/ids.ts'
import type { LedgerRecord } from '../../../src-main/domain/project.ts'
import { createDigests } from '../../../src-main/engine/adapters/hyper/digests.ts'
import { checkGrant } from '../../../src-main/engine/verifier/check-grant.ts'

const digests = createDigests()
const donorKey = hex32('ab'.repeat(32))
const units = [
  { batch: 0, index: 3 },
  { batch: 0, index: 9 },
]
const record: LedgerRecord = {
  sequence: 4,
  donorKey,
  at: 1_700_000_000_000,
  units: 2,
  fuel: 30n,
  cumulativeFuel: 130n,
  unitsRoot: digests.unitsRoot(units),
}
const notice: GrantNotice = { sequence: 4, epoch: 0, index: 17, units }
const expected = { donorKey, nextSequence: 4, cumulativeFuel: 100n, epoch: 0 }

describe('checking a grant', () => {
  it('accepts the next record of this donor with exactly the named units', () => {
    expect(checkGrant(record, notice, expected, digests)).toBeUndefined()
    const first = { ...record, sequence: 0, cumulativeFuel: 30n }
    const start = { donorKey, nextSequence: 0, cumulativeFuel: 0n, epoch: 0 }
    expect(checkGrant(first, { ...notice, sequence: 0 }, start, digests)).toBeUndefined()
  })

  it('accepts a record that takes exactly the named units back, and subtracts', () => {
    const revoking = { ...record, cumulativeFuel: 70n, revokes: true as const }
    expect(checkGrant(revoking, notice, expected, digests)).toBeUndefined()
    const total = 'its total does not follow from the record before it'
    expect(checkGrant({ ...revoking, cumulativeFuel: 130n }, notice, expected, digests)).toBe(total)
    expect(checkGrant({ ...record, cumulativeFuel: 70n }, notice, expected, digests)).toBe(total)
  })

  it('goes on in a later ledger where the one before it ended', () => {
    expect(checkGrant(record, { ...notice, epoch: 2 }, { ...expected, epoch: 1 }, digests)).toBeUndefined()
  })

  it.each<[string, Partial<LedgerRecord>, Partial<GrantNotice>, Partial<typeof expected>]>([
    ['it belongs to another donor', { donorKey: hex32('cd'.repeat(32)) }, {}, {}],
    ['the notice names another sequence', {}, { sequence: 5 }, {}],
    ['it lies in a ledger that was replaced', {}, {}, { epoch: 1 }],
    ['it is not the next of its sequence', {}, {}, { nextSequence: 5 }],
    ['it is not the next of its sequence', {}, {}, { nextSequence: 3 }],
    ['the notice names another number of units', { units: 3 }, {}, {}],
    ['its total does not follow from the record before it', { cumulativeFuel: 131n }, {}, {}],
    ['its total does not follow from the record before it', {}, {}, { cumulativeFuel: 99n }],
    [
      'the notice names units that the record does not cover',
      {},
      { units: [units[0]!, { batch: 0, index: 8 }] },
      {},
    ],
    ['the notice names units that the record does not cover', {}, { units: [units[0]!, units[0]!] }, {}],
  ])('refuses: %s', (refusal, ofRecord, ofNotice, ofExpected) => {
    expect(
      checkGrant(
        { ...record, ...ofRecord },
        { ...notice, ...ofNotice },
        { ...expected, ...ofExpected },
        digests,
      ),
    ).toBe(refusal)
  })
})
