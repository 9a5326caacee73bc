import { expect, it } from 'vitest'
import { ledgerCoreName, ledgerEpoch } from '../../src-main/domain/ledger-name.ts'

it('names a ledger by its epoch and finds the epoch again', () => {
  for (const epoch of [0, 1, 9, 10, 999_999_999]) expect(ledgerEpoch(ledgerCoreName(epoch))).toBe(epoch)
})

it.each(['project', 'ledger-', 'ledger-0', 'ledger-01', 'ledger-x', 'ledgers', 'ledger-9999999999'])(
  'takes %j for no ledger',
  (name) => {
    expect(ledgerEpoch(name)).toBeUndefined()
  },
)
