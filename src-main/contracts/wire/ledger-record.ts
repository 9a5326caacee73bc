import { hexToBytes } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { LedgerRecord } from '../../domain/project.ts'
import { checksOf } from './checks.ts'
import { leadingNumbers, wireCodec, type WireCodec } from './codec.ts'
import type { LedgerRecordLayout } from './spec/index.js'

/** Version of a record that takes back. Its layout is that of version 1. */
const REVOKING_VERSION = 2

const check = checksOf('ledger record')

function codecOf(
  version: number,
  fromLayout: (layout: LedgerRecordLayout) => LedgerRecord,
): WireCodec<LedgerRecord> {
  return wireCodec<'@wire/ledger-record', LedgerRecord>({
    what: 'ledger record',
    layout: '@wire/ledger-record',
    maxBytes: LIMITS.recordBytes,
    version,
    toLayout: ({ sequence, donorKey, at, units, fuel, cumulativeFuel, unitsRoot }) => ({
      sequence,
      donorKey: hexToBytes(donorKey),
      at,
      units,
      fuel,
      cumulativeFuel,
      unitsRoot: hexToBytes(unitsRoot),
    }),
    fromLayout,
  })
}

function recordOf(layout: LedgerRecordLayout): LedgerRecord {
  return {
    sequence: check.whole('a sequence', layout.sequence, 0, Number.MAX_SAFE_INTEGER),
    donorKey: check.key('a donor key', layout.donorKey),
    at: check.time('a time', layout.at),
    units: check.whole('a unit count', layout.units, 1, LIMITS.grantUnits),
    fuel: check.fuel('fuel', layout.fuel),
    cumulativeFuel: check.fuel('cumulative fuel', layout.cumulativeFuel),
    unitsRoot: check.key('a root', layout.unitsRoot),
  }
}

const granting = codecOf(1, (layout) => {
  check.that(layout.cumulativeFuel >= layout.fuel, 'grants more than its total')
  return recordOf(layout)
})
const revoking = codecOf(REVOKING_VERSION, (layout) => {
  check.that(layout.sequence > 0, 'takes back what nobody was granted')
  return { ...recordOf(layout), revokes: true }
})

/** One block of the ledger. Throws `bad-argument` for a record that no donor would accept. */
export function encodeLedgerRecord(record: LedgerRecord): Uint8Array {
  return (record.revokes ? revoking : granting).encode(record)
}

/** Throws `bad-record` or `protocol-version`. That it belongs to its donor is checked by engine/verifier. */
export function parseLedgerRecord(bytes: Uint8Array): LedgerRecord {
  const [version = 0] = leadingNumbers('ledger record', bytes, 1)
  return (version >= REVOKING_VERSION ? revoking : granting).parse(bytes)
}
