import { hexToBytes } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { LedgerRecord } from '../../domain/project.ts'
import { checksOf } from './checks.ts'
import { wireCodec } from './codec.ts'

const check = checksOf('ledger record')

const codec = wireCodec<'@wire/ledger-record', LedgerRecord>({
  what: 'ledger record',
  layout: '@wire/ledger-record',
  maxBytes: LIMITS.recordBytes,
  toLayout: (record) => ({
    ...record,
    donorKey: hexToBytes(record.donorKey),
    unitsRoot: hexToBytes(record.unitsRoot),
  }),
  fromLayout(layout) {
    check.that(layout.cumulativeFuel >= layout.fuel, 'grants more than its total')
    return {
      sequence: check.whole('a sequence', layout.sequence, 0, Number.MAX_SAFE_INTEGER),
      donorKey: check.key('a donor key', layout.donorKey),
      at: check.time('a time', layout.at),
      units: check.whole('a unit count', layout.units, 1, LIMITS.grantUnits),
      fuel: check.fuel('fuel', layout.fuel),
      cumulativeFuel: check.fuel('cumulative fuel', layout.cumulativeFuel),
      unitsRoot: check.key('a root', layout.unitsRoot),
    }
  },
})

/** One block of the ledger. Throws `bad-argument` for a record that no donor would accept. */
export function encodeLedgerRecord(record: LedgerRecord): Uint8Array {
  return codec.encode(record)
}

/** Throws `bad-record` or `protocol-version`. That it belongs to its donor is checked by engine/verifier. */
export function parseLedgerRecord(bytes: Uint8Array): LedgerRecord {
  return codec.parse(bytes)
}
