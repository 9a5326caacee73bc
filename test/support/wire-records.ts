import fc from 'fast-check'
import { encodeEvidence, parseEvidence } from '../../src-main/contracts/wire/evidence.ts'
import { encodeFoundRecord, parseFoundRecord } from '../../src-main/contracts/wire/found-record.ts'
import { encodeGiveBack, parseGiveBack } from '../../src-main/contracts/wire/give-back.ts'
import {
  encodeGrantsAnswer,
  encodeGrantsRequest,
  parseGrantsAnswer,
  parseGrantsRequest,
} from '../../src-main/contracts/wire/grants.ts'
import {
  encodeHello,
  encodeHelloAnswer,
  parseHello,
  parseHelloAnswer,
} from '../../src-main/contracts/wire/hello.ts'
import { encodeInputEntry, parseInputEntry } from '../../src-main/contracts/wire/inputs.ts'
import {
  encodeLeaseAnswer,
  encodeLeaseRequest,
  parseLeaseAnswer,
  parseLeaseRequest,
} from '../../src-main/contracts/wire/lease.ts'
import { encodeLedgerRecord, parseLedgerRecord } from '../../src-main/contracts/wire/ledger-record.ts'
import { STANDINGS } from '../../src-main/contracts/wire/messages.ts'
import { encodeProjectRecord, parseProjectRecord } from '../../src-main/contracts/wire/project-record.ts'
import { encodeReceipt, parseReceipt } from '../../src-main/contracts/wire/receipt.ts'
import {
  encodeResults,
  encodeSubmit,
  encodeSubmitAnswer,
  parseResults,
  parseSubmit,
  parseSubmitAnswer,
} from '../../src-main/contracts/wire/submit.ts'
import { bytesToHex, compareUnits, hex32, unitText, type Hex32 } from '../../src-main/domain/ids.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { COUNTED_OUTCOMES, UNCOUNTED_OUTCOMES } from '../../src-main/domain/outcome.ts'

/** One kind of record: how it is written and read, and values that it can take. */
export interface WireRecord {
  readonly name: string
  readonly maxBytes: number
  readonly encode: (value: never) => Uint8Array
  readonly parse: (bytes: Uint8Array) => unknown
  readonly values: fc.Arbitrary<unknown>
}

const U64 = 2n ** 64n - 1n
const whole = (min: number, max: number) => fc.integer({ min, max })
const key: fc.Arbitrary<Hex32> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => hex32(bytesToHex(bytes)))
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
const fuel = fc.bigInt({ min: 0n, max: U64 })
const time = whole(0, 8_640_000_000_000_000)
const safe = whole(0, Number.MAX_SAFE_INTEGER)
const number = whole(0, 999_999_999)
const text = (maxLength: number) =>
  fc
    .string({
      unit: fc.constantFrom('a', 'Z', '7', ' ', 'é', '√', '語', '🐝', 'ю', "'"),
      minLength: 1,
      maxLength,
    })
    .filter((value) => value.trim() !== '' && Array.from(value).length <= maxLength)
const unit = fc.record({ batch: number, index: whole(0, LIMITS.batchUnits - 1) })
const units = (maxLength: number) => fc.array(unit, { maxLength })
const orderedUnits = fc
  .uniqueArray(unit, { minLength: 1, maxLength: 20, selector: unitText })
  .map((list) => list.sort(compareUnits))
const outcome = fc.constantFrom(...COUNTED_OUTCOMES, ...UNCOUNTED_OUTCOMES)

const result = fc
  .record({
    unit,
    outcome,
    exitCode: whole(1, 255),
    fuel,
    stdout: bytes(0, 200),
    engine: fc.string({ unit: fc.constantFrom('v', '8', ' ', '.'), maxLength: 64 }),
  })
  .map((each) => ({
    ...each,
    exitCode: each.outcome === 'exit-nonzero' ? each.exitCode : 0,
    stdout: each.outcome === 'ok' || each.outcome === 'exit-nonzero' ? each.stdout : new Uint8Array(),
  }))
const resultWithFiles = fc
  .tuple(
    result,
    fc.uniqueArray(fc.constantFrom('a', 'b/c', 'b/d', 'e'), { minLength: 1, maxLength: 4 }),
    bytes(0, 200),
  )
  .map(([each, paths, content]) =>
    each.outcome === 'ok' ? { ...each, files: paths.sort().map((path) => ({ path, bytes: content })) } : each,
  )

const APP_KEYS = [
  'type',
  'app',
  'name',
  'moduleHash',
  'moduleBytes',
  'moduleCore',
  'rewriterVersion',
  'rewrittenHash',
  'memoryLimitBytes',
] as const

const BATCH = {
  type: fc.constant('batch'),
  batch: number,
  app: number,
  first: whole(0, 2 ** 52),
  args: fc.array(text(30), { maxLength: LIMITS.argumentCount }),
  quorum: whole(1, LIMITS.quorumMax),
  maxFuel: fc.bigInt({ min: 1n, max: LIMITS.fuelPerUnit }),
  maxOutputBytes: whole(0, LIMITS.outputBytes),
}

const projectRecords = fc.oneof(
  fc.record({
    type: fc.constant('project'),
    name: text(LIMITS.projectNameChars),
    purpose: text(LIMITS.projectPurposeChars),
    boxKey: key,
    createdAt: time,
  }),
  fc.record({ type: fc.constant('core'), role: fc.constant('ledger'), epoch: number, key }),
  fc.record(
    {
      type: fc.constant('app'),
      app: number,
      name: text(LIMITS.appNameChars),
      moduleHash: key,
      moduleBytes: whole(1, LIMITS.moduleBytes),
      moduleCore: key,
      rewriterVersion: whole(1, 65_535),
      rewrittenHash: key,
      memoryLimitBytes: whole(65_536, LIMITS.memoryBytes),
      checkpoint: fc.constant(true),
    },
    { requiredKeys: [...APP_KEYS] },
  ),
  fc.record({ ...BATCH, count: whole(1, LIMITS.batchUnits) }),
  fc.record({ type: fc.constant('close'), at: time }),
  fc.record({ type: fc.constant('results'), epoch: number, key }),
  fc.record({ type: fc.constant('reserve'), batch: number, count: whole(0, LIMITS.batchUnits) }),
  fc.record({
    type: fc.constant('cancel'),
    batch: number,
    indexes: fc
      .uniqueArray(whole(0, LIMITS.batchUnits - 1), { maxLength: 20 })
      .map((list) => list.sort((a, b) => a - b)),
  }),
  fc.record({
    ...BATCH,
    count: whole(1, LIMITS.inputUnits),
    inputs: fc.record({ key, byteLength: whole(12 * LIMITS.inputUnits, LIMITS.inputsBytes) }),
  }),
)

const foundRecords = fc.record({
  at: time,
  found: fc.array(fc.record({ unit, output: bytes(1, 200) }), { minLength: 1, maxLength: 20 }),
})

const range = (maxLength: number) =>
  fc.record({ offset: whole(0, LIMITS.inputsBytes), length: whole(0, maxLength) })
const inputEntries = fc.record({
  name: fc.constantFrom('', 'a', 'molecule.pdb', 'ä'),
  args: fc.array(text(30), { maxLength: LIMITS.argumentCount }),
  stdin: range(LIMITS.stdinBytes),
  files: fc.uniqueArray(
    fc.record({ path: fc.constantFrom('a', 'b/c', 'b/d', 'e'), range: range(LIMITS.inputFilesBytes / 4) }),
    { maxLength: 4, selector: ({ path }) => path },
  ),
})

const ledgerRecords = fc
  .record({
    sequence: safe,
    donorKey: key,
    at: time,
    units: whole(1, LIMITS.grantUnits),
    fuel,
    cumulativeFuel: fuel,
    unitsRoot: key,
  })
  .map((record) =>
    record.cumulativeFuel >= record.fuel ? record : { ...record, cumulativeFuel: record.fuel },
  )

/** Written with version 2. */
const revokingRecords = ledgerRecords.map((ledgerRecord) => ({
  ...ledgerRecord,
  sequence: Math.max(1, ledgerRecord.sequence),
  cumulativeFuel: ledgerRecord.cumulativeFuel - ledgerRecord.fuel,
  revokes: true as const,
}))
const node = fc.record({ size: safe, hash: bytes(32, 32) })
const nodes = fc.array(node, { maxLength: 20 })
const blockProof = fc
  .record({
    length: whole(1, Number.MAX_SAFE_INTEGER),
    index: safe,
    block: bytes(0, 200),
    path: nodes,
    roots: nodes,
    signature: bytes(64, 64),
  })
  .map((proof) => ({ ...proof, index: proof.index % proof.length }))
const receipts = fc.record({
  projectKey: key,
  announcement: blockProof,
  ledgerSigner: key,
  grant: blockProof,
})
const head = (from: number) =>
  fc.record({
    roots: nodes,
    length: whole(from, Number.MAX_SAFE_INTEGER),
    rest: nodes,
    signature: bytes(64, 64),
  })
const evidence = whole(1, 1_000_000).chain((length) =>
  fc.record(
    {
      projectKey: key,
      ledger: fc.record({ announcement: blockProof, ledgerSigner: key }),
      length: fc.constant(length),
      heads: fc.tuple(head(length), head(length)),
    },
    { requiredKeys: ['projectKey', 'length', 'heads'] },
  ),
)

/** Proofs are files: the record stands behind a header that says so. */
const PROOF_HEADER = new TextEncoder().encode('powerswarm proof\n')
function inFile(record: Uint8Array): Uint8Array {
  const file = new Uint8Array(PROOF_HEADER.byteLength + record.byteLength)
  file.set(PROOF_HEADER)
  file.set(record, PROOF_HEADER.byteLength)
  return file
}
const outOfFile = (file: Uint8Array): Uint8Array => file.subarray(PROOF_HEADER.byteLength)

const record = (
  name: string,
  maxBytes: number,
  encode: (value: never) => Uint8Array,
  parse: (encoded: Uint8Array) => unknown,
  values: fc.Arbitrary<unknown>,
): WireRecord => ({ name, maxBytes, encode, parse, values })

const { recordBytes, messageBytes, submitBytes, grantsAnswerBytes, receiptBytes } = LIMITS

export const WIRE_RECORDS: readonly WireRecord[] = [
  record('project-record', recordBytes, encodeProjectRecord, parseProjectRecord, projectRecords),
  record('ledger-record', recordBytes, encodeLedgerRecord, parseLedgerRecord, ledgerRecords),
  record('input-entry', LIMITS.inputEntryBytes, encodeInputEntry, parseInputEntry, inputEntries),
  record('ledger-revocation', recordBytes, encodeLedgerRecord, parseLedgerRecord, revokingRecords),
  record(
    'hello',
    messageBytes,
    encodeHello,
    parseHello,
    fc.record({ version: fc.constant(1), donorKey: key, signature: bytes(64, 64) }),
  ),
  record(
    'hello-answer',
    messageBytes,
    encodeHelloAnswer,
    parseHelloAnswer,
    fc.record({
      version: fc.constant(1),
      serverTime: time,
      projectLength: number,
      leaseUnits: whole(0, LIMITS.leaseUnits),
      submitResults: whole(1, LIMITS.submitResults),
    }),
  ),
  record(
    'lease-request',
    messageBytes,
    encodeLeaseRequest,
    parseLeaseRequest,
    fc.record({ units: whole(1, LIMITS.leaseUnits), fuelCapacity: fuel }),
  ),
  record(
    'lease-answer',
    messageBytes,
    encodeLeaseAnswer,
    parseLeaseAnswer,
    fc.record({ units: units(LIMITS.leaseUnits), expiresAt: time, retryAfterMs: whole(0, 86_400_000) }),
  ),
  record(
    'give-back',
    messageBytes,
    encodeGiveBack,
    parseGiveBack,
    fc.record({ units: units(LIMITS.leaseUnits) }),
  ),
  record(
    'results',
    submitBytes,
    encodeResults,
    parseResults,
    fc.array(fc.oneof(result, resultWithFiles), { minLength: 1, maxLength: 20 }),
  ),
  record(
    'submit',
    submitBytes + 80,
    encodeSubmit,
    parseSubmit,
    fc.record({ results: bytes(0, 300), signature: bytes(64, 64) }),
  ),
  record(
    'submit-answer',
    messageBytes,
    encodeSubmitAnswer,
    parseSubmitAnswer,
    fc.record({ standings: fc.array(fc.constantFrom(...STANDINGS), { maxLength: LIMITS.submitResults }) }),
  ),
  record(
    'grants-request',
    messageBytes,
    encodeGrantsRequest,
    parseGrantsRequest,
    fc.record({ fromSequence: safe }),
  ),
  record(
    'grants-answer',
    grantsAnswerBytes,
    encodeGrantsAnswer,
    parseGrantsAnswer,
    fc.record({
      grants: fc.array(fc.record({ sequence: safe, epoch: number, index: safe, units: orderedUnits }), {
        maxLength: LIMITS.grantsPerAnswer,
      }),
      more: fc.boolean(),
      rejected: units(50),
      uncounted: units(50),
    }),
  ),
  record('found-record', LIMITS.recordBytes, encodeFoundRecord, parseFoundRecord, foundRecords),
  record(
    'receipt',
    receiptBytes,
    (value) => outOfFile(encodeReceipt(value)),
    (encoded) => parseReceipt(inFile(encoded)),
    receipts,
  ),
  record(
    'evidence',
    receiptBytes,
    (value) => outOfFile(encodeEvidence(value)),
    (encoded) => parseEvidence(inFile(encoded)),
    evidence,
  ),
]

/** A value as the fixtures write it: bytes in hexadecimal, bigints in decimal digits. */
export function plainJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainJson(field)]))
  return value
}
