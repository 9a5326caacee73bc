import { lineFault } from '../../domain/display-text.ts'
import { hexToBytes } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import type {
  App,
  Batch,
  Cancellation,
  Closing,
  CoreAnnouncement,
  ProjectManifest,
  ProjectRecord,
  Reserve,
  ResultsAnnouncement,
} from '../../domain/project.ts'
import { MIB, WASM_PAGE_BYTES } from '../../domain/units.ts'
import { checksOf, NUMBER_MAX } from './checks.ts'
import { badRecord, checkVersion, leadingNumbers, wireCodec, type WireCodec } from './codec.ts'
import { INPUT_ROW_BYTES } from './inputs.ts'
import type { BatchLayout } from './spec/index.js'

/** The records of the project core. The second field says which one it is. */
const KINDS = {
  project: 1,
  core: 2,
  app: 3,
  batch: 4,
  batchWithInputs: 5,
  cancel: 6,
  close: 7,
  reserve: 8,
  results: 9,
} as const

const maxBytes = LIMITS.recordBytes
const LEDGER_ROLE = 1

const manifestCheck = checksOf('project manifest')
const manifest = wireCodec<'@wire/manifest', ProjectManifest>({
  what: 'project manifest',
  layout: '@wire/manifest',
  maxBytes,
  toLayout: ({ name, purpose, boxKey, createdAt }) => ({
    kind: KINDS.project,
    name,
    purpose,
    boxKey: hexToBytes(boxKey),
    createdAt,
  }),
  fromLayout: (layout) => ({
    type: 'project',
    name: manifestCheck.text('name', layout.name, LIMITS.projectNameChars),
    purpose: manifestCheck.text('purpose', layout.purpose, LIMITS.projectPurposeChars),
    boxKey: manifestCheck.key('a box key', layout.boxKey),
    createdAt: manifestCheck.time('a time', layout.createdAt),
  }),
})

const coreCheck = checksOf('core announcement')
const core = wireCodec<'@wire/core-announcement', CoreAnnouncement>({
  what: 'core announcement',
  layout: '@wire/core-announcement',
  maxBytes,
  toLayout: ({ epoch, key }) => ({ kind: KINDS.core, role: LEDGER_ROLE, epoch, key: hexToBytes(key) }),
  fromLayout(layout) {
    coreCheck.that(layout.role === LEDGER_ROLE, 'announces an unknown role')
    return {
      type: 'core',
      role: 'ledger',
      epoch: coreCheck.whole('an epoch', layout.epoch, 0, NUMBER_MAX),
      key: coreCheck.key('a key', layout.key),
    }
  },
})

const appCheck = checksOf('app record')
const app = wireCodec<'@wire/app', App>({
  what: 'app record',
  layout: '@wire/app',
  maxBytes,
  toLayout: ({ type: _, moduleHash, moduleCore, rewrittenHash, checkpoint = false, ...plain }) => ({
    ...plain,
    checkpoint,
    kind: KINDS.app,
    moduleHash: hexToBytes(moduleHash),
    moduleCore: hexToBytes(moduleCore),
    rewrittenHash: hexToBytes(rewrittenHash),
  }),
  fromLayout: (layout) => ({
    type: 'app',
    app: appCheck.whole('a number', layout.app, 0, NUMBER_MAX),
    name: appCheck.text('name', layout.name, LIMITS.appNameChars),
    moduleHash: appCheck.key('a module hash', layout.moduleHash),
    moduleBytes: appCheck.whole('a module length', layout.moduleBytes, 1, LIMITS.moduleBytes),
    moduleCore: appCheck.key('a module core', layout.moduleCore),
    rewriterVersion: appCheck.whole('a rewriter version', layout.rewriterVersion, 1, 65_535),
    rewrittenHash: appCheck.key('a rewritten hash', layout.rewrittenHash),
    memoryLimitBytes: appCheck.whole(
      'a memory limit',
      layout.memoryLimitBytes,
      WASM_PAGE_BYTES,
      LIMITS.memoryBytes,
    ),
    ...(layout.checkpoint && { checkpoint: true }),
  }),
})

/** The flags came later than the record: where none is set they are left out, as they were. */
function encodeApp(record: App): Uint8Array {
  const bytes = app.encode(record)
  return record.checkpoint === true ? bytes : bytes.subarray(0, -1)
}

/** Flags that this program does not know would change what an app is, so only the bytes that it would write count. */
function parseApp(bytes: Uint8Array): App {
  const record = app.parse(bytes)
  const written = encodeApp(record)
  const same = written.byteLength === bytes.byteLength && written.every((byte, i) => byte === bytes[i])
  appCheck.that(same, 'has unknown flags')
  return record
}

const batchCheck = checksOf('batch record')
const batch = wireCodec<'@wire/batch', Batch>({
  what: 'batch record',
  layout: '@wire/batch',
  maxBytes,
  toLayout: ({ type: _, inputs: _none, ...plain }) => ({ ...plain, kind: KINDS.batch }),
  fromLayout: batchOf,
})

const batchWithInputs = wireCodec<'@wire/batch-with-inputs', Batch>({
  what: 'batch record',
  layout: '@wire/batch-with-inputs',
  maxBytes,
  toLayout: ({ type: _, inputs, ...plain }) => ({
    ...plain,
    kind: KINDS.batchWithInputs,
    inputsCore: hexToBytes(inputs?.key ?? ''),
    inputsBytes: inputs?.byteLength ?? 0,
  }),
  fromLayout(layout) {
    const plain = batchOf(layout)
    batchCheck.that(plain.count <= LIMITS.inputUnits, 'has too many units for inputs')
    const least = plain.count * INPUT_ROW_BYTES
    return {
      ...plain,
      inputs: {
        key: batchCheck.key('a core of inputs', layout.inputsCore),
        byteLength: batchCheck.whole('a length of inputs', layout.inputsBytes, least, LIMITS.inputsBytes),
      },
    }
  },
})

function batchOf(layout: BatchLayout): Batch {
  const { args } = layout
  batchCheck.that(args.length <= LIMITS.argumentCount, 'has too many arguments')
  batchCheck.that(sum(args.map((text) => text.length)) <= LIMITS.argumentBytes, 'has too long arguments')
  for (const text of args) {
    const fault = lineFault(text, MIB)
    batchCheck.that(fault === undefined, `has an argument that ${fault ?? ''}`)
  }
  const first = batchCheck.whole('a first number', layout.first, 0, Number.MAX_SAFE_INTEGER)
  const count = batchCheck.whole('a count', layout.count, 1, LIMITS.batchUnits)
  batchCheck.whole('a last number', first + count - 1, 0, Number.MAX_SAFE_INTEGER)
  const maxFuel = batchCheck.fuel('maximum fuel', layout.maxFuel, LIMITS.fuelPerUnit)
  batchCheck.that(maxFuel > 0n, 'allows no fuel')
  return {
    type: 'batch',
    batch: batchCheck.whole('a number', layout.batch, 0, NUMBER_MAX),
    app: batchCheck.whole('an app', layout.app, 0, NUMBER_MAX),
    first,
    count,
    args,
    quorum: batchCheck.whole('a quorum', layout.quorum, 1, LIMITS.quorumMax),
    maxFuel,
    maxOutputBytes: batchCheck.whole('an output limit', layout.maxOutputBytes, 0, LIMITS.outputBytes),
  }
}

const cancelCheck = checksOf('cancellation')
const cancellation = wireCodec<'@wire/cancellation', Cancellation>({
  what: 'cancellation',
  layout: '@wire/cancellation',
  maxBytes,
  toLayout: ({ batch: number, indexes }) => ({ kind: KINDS.cancel, batch: number, indexes }),
  fromLayout({ batch: number, indexes }) {
    cancelCheck.that(indexes.length <= LIMITS.grantUnits, 'names too many units')
    cancelCheck.that(
      indexes.every((index, i) => i === 0 || (indexes[i - 1] ?? 0) < index),
      'names units out of order',
    )
    return {
      type: 'cancel',
      batch: cancelCheck.whole('a batch', number, 0, NUMBER_MAX),
      indexes: indexes.map((index) => cancelCheck.whole('an index', index, 0, LIMITS.batchUnits - 1)),
    }
  },
})

const closeCheck = checksOf('closing')
const closing = wireCodec<'@wire/closing', Closing>({
  what: 'closing',
  layout: '@wire/closing',
  maxBytes,
  toLayout: ({ at }) => ({ kind: KINDS.close, at }),
  fromLayout: ({ at }) => ({ type: 'close', at: closeCheck.time('a time', at) }),
})

const reserveCheck = checksOf('reserve record')
const reserve = wireCodec<'@wire/reserve', Reserve>({
  what: 'reserve record',
  layout: '@wire/reserve',
  maxBytes,
  toLayout: ({ batch: number, count }) => ({ kind: KINDS.reserve, batch: number, count }),
  fromLayout: (layout) => ({
    type: 'reserve',
    batch: reserveCheck.whole('a batch', layout.batch, 0, NUMBER_MAX),
    count: reserveCheck.whole('a count', layout.count, 0, LIMITS.batchUnits),
  }),
})

const resultsCheck = checksOf('announcement of results')
const results = wireCodec<'@wire/results-announcement', ResultsAnnouncement>({
  what: 'announcement of results',
  layout: '@wire/results-announcement',
  maxBytes,
  toLayout: ({ epoch, key }) => ({ kind: KINDS.results, epoch, key: hexToBytes(key) }),
  fromLayout: (layout) => ({
    type: 'results',
    epoch: resultsCheck.whole('an epoch', layout.epoch, 0, NUMBER_MAX),
    key: resultsCheck.key('a key', layout.key),
  }),
})

/** One block of the project core. Throws `bad-argument` for a record that no donor would accept. */
export function encodeProjectRecord(record: ProjectRecord): Uint8Array {
  switch (record.type) {
    case 'project':
      return manifest.encode(record)
    case 'core':
      return core.encode(record)
    case 'app':
      return encodeApp(record)
    case 'batch':
      return (record.inputs ? batchWithInputs : batch).encode(record)
    case 'cancel':
      return cancellation.encode(record)
    case 'close':
      return closing.encode(record)
    case 'reserve':
      return reserve.encode(record)
    case 'results':
      return results.encode(record)
  }
}

const BY_KIND: Readonly<Record<number, WireCodec<ProjectRecord>['parse']>> = {
  [KINDS.project]: manifest.parse,
  [KINDS.core]: core.parse,
  [KINDS.app]: parseApp,
  [KINDS.batch]: batch.parse,
  [KINDS.batchWithInputs]: batchWithInputs.parse,
  [KINDS.cancel]: cancellation.parse,
  [KINDS.close]: closing.parse,
  [KINDS.reserve]: reserve.parse,
  [KINDS.results]: results.parse,
}

/** Throws `bad-record` or `protocol-version`. How records follow each other is for the reader of the core to check. */
export function parseProjectRecord(bytes: Uint8Array): ProjectRecord {
  const what = 'project record'
  if (bytes.byteLength > maxBytes) throw badRecord(what, `is longer than ${String(maxBytes)} bytes`)
  checkVersion(what, bytes)
  const parse = BY_KIND[leadingNumbers(what, bytes, 2)[1] ?? 0]
  if (!parse) throw badRecord(what, 'is of an unknown kind')
  return parse(bytes)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
