import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeInputRow, parseInputRow } from '../../../src-main/contracts/wire/inputs.ts'
import { proofKind } from '../../../src-main/contracts/wire/proof-file.ts'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { verifyEvidence } from '../../../src-main/engine/verifier/verify-evidence.ts'
import { verifyReceipt } from '../../../src-main/engine/verifier/verify-receipt.ts'
import { WIRE_RECORDS } from '../wire-records.ts'
import { decoder, type Decoder } from './decoder.ts'
import { spoilBytes } from './spoil-bytes.ts'

const REFUSALS = ['bad-record', 'protocol-version'] as const

/** Which file reads each of test/support/wire-records.ts. */
const READERS: Readonly<Record<string, string>> = {
  'project-record': 'project-record.ts#parseProjectRecord',
  'ledger-record': 'ledger-record.ts#parseLedgerRecord',
  'ledger-revocation': 'ledger-record.ts#parseLedgerRecord',
  'input-entry': 'inputs.ts#parseInputEntry',
  hello: 'hello.ts#parseHello',
  'hello-answer': 'hello.ts#parseHelloAnswer',
  'lease-request': 'lease.ts#parseLeaseRequest',
  'lease-answer': 'lease.ts#parseLeaseAnswer',
  'give-back': 'give-back.ts#parseGiveBack',
  results: 'submit.ts#parseResults',
  submit: 'submit.ts#parseSubmit',
  'submit-answer': 'submit.ts#parseSubmitAnswer',
  'grants-request': 'grants.ts#parseGrantsRequest',
  'grants-answer': 'grants.ts#parseGrantsAnswer',
  'found-record': 'found-record.ts#parseFoundRecord',
  receipt: 'receipt.ts#parseReceipt',
  evidence: 'evidence.ts#parseEvidence',
}

const records = WIRE_RECORDS.map(({ name, encode, parse, values }) =>
  decoder<Uint8Array>({
    name,
    covers: [
      `contracts/wire/${READERS[name] ?? 'unknown'}`,
      'contracts/wire/codec.ts#wireCodec',
      'contracts/wire/codec.ts#leadingNumbers',
    ],
    codes: REFUSALS,
    samples: values.map((value) => encode(value as never)),
    spoil: spoilBytes,
    decode: parse,
    encode,
  }),
)

/** Signed by nobody who matters: some of the vectors hold, some do not. */
function vectors(name: string): fc.Arbitrary<Uint8Array> {
  const path = join(import.meta.dirname, `../../fixtures/proofs/${name}.json`)
  const files = (JSON.parse(readFileSync(path, 'utf8')) as { file: string }[]).map(({ file }) => file)
  return fc.constantFrom(...files).map(hexToBytes)
}

const TABLE_AT = 2 * LIMITS.inputEntryBytes

/** Everything that peers send, that feeds and ledgers hold, and that proofs in files say. */
export const WIRE_DECODERS: readonly Decoder[] = [
  ...records,
  decoder<Uint8Array>({
    name: 'input-row',
    covers: ['contracts/wire/inputs.ts#parseInputRow'],
    codes: ['bad-record'],
    samples: fc
      .record({
        offset: fc.nat(TABLE_AT - LIMITS.inputEntryBytes),
        length: fc.nat(LIMITS.inputEntryBytes),
      })
      .map(encodeInputRow),
    spoil: spoilBytes,
    decode: (bytes) => parseInputRow(bytes, TABLE_AT),
    encode: encodeInputRow,
  }),
  decoder<Uint8Array>({
    name: 'proof-kind',
    covers: ['contracts/wire/proof-file.ts#proofKind'],
    codes: REFUSALS,
    samples: vectors('receipts'),
    spoil: spoilBytes,
    decode: proofKind,
  }),
  decoder<Uint8Array>({
    name: 'receipt-verdict',
    covers: ['engine/verifier/verify-receipt.ts#verifyReceipt', 'engine/verifier/merkle.ts'],
    codes: [],
    samples: vectors('receipts'),
    spoil: spoilBytes,
    decode: (file) => verifyReceipt(file),
  }),
  decoder<Uint8Array>({
    name: 'evidence-verdict',
    covers: ['engine/verifier/verify-evidence.ts#verifyEvidence'],
    codes: [],
    samples: vectors('evidence'),
    spoil: spoilBytes,
    decode: (file) => verifyEvidence(file),
  }),
]
