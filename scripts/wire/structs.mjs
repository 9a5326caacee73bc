// Every record and message that peers exchange or keep. Fields stand in this order in the bytes and are required but for
// flags that were added later; src-main/contracts/wire/README.md describes them. `compact` structs can never grow; all
// others are framed when they stand inside another one.

const required = (name, type, more = {}) => ({ name, type, required: true, ...more })
const flag = (name) => ({ name, type: 'bool' })
const list = (name, type) => required(name, type, { array: true })
const version = required('version', 'uint')
const kind = required('kind', 'uint')
const type = (name, fields, more = {}) => ({ name, fields, ...more })

const batch = [
  version,
  kind,
  required('batch', 'uint'),
  required('app', 'uint'),
  required('first', 'uint'),
  required('count', 'uint'),
  list('args', 'string'),
  required('quorum', 'uint'),
  required('maxFuel', 'biguint64'),
  required('maxOutputBytes', 'uint'),
]

export const structs = [
  type('unit-id', [required('batch', 'uint'), required('index', 'uint')], { compact: true }),

  type('manifest', [
    version,
    kind,
    required('name', 'string'),
    required('purpose', 'string'),
    required('boxKey', 'fixed32'),
    required('createdAt', 'uint'),
  ]),
  type('core-announcement', [
    version,
    kind,
    required('role', 'uint'),
    required('epoch', 'uint'),
    required('key', 'fixed32'),
  ]),
  type('app', [
    version,
    kind,
    required('app', 'uint'),
    required('name', 'string'),
    required('moduleHash', 'fixed32'),
    required('moduleBytes', 'uint'),
    required('moduleCore', 'fixed32'),
    required('rewriterVersion', 'uint'),
    required('rewrittenHash', 'fixed32'),
    required('memoryLimitBytes', 'uint'),
    flag('checkpoint'),
  ]),
  type('batch', batch),
  type('ledger-record', [
    version,
    required('sequence', 'uint'),
    required('donorKey', 'fixed32'),
    required('at', 'uint'),
    required('units', 'uint'),
    required('fuel', 'biguint64'),
    required('cumulativeFuel', 'biguint64'),
    required('unitsRoot', 'fixed32'),
  ]),

  type('hello', [version, required('donorKey', 'fixed32'), required('signature', 'fixed64')]),
  type('hello-answer', [
    version,
    required('serverTime', 'uint'),
    required('projectLength', 'uint'),
    required('leaseUnits', 'uint'),
    required('submitResults', 'uint'),
  ]),
  type('lease-request', [version, required('units', 'uint'), required('fuelCapacity', 'biguint64')]),
  type('lease-answer', [
    version,
    list('units', '@wire/unit-id'),
    required('expiresAt', 'uint'),
    required('retryAfterMs', 'uint'),
  ]),
  type('give-back', [version, list('units', '@wire/unit-id')]),
  type(
    'result',
    [
      required('unit', '@wire/unit-id'),
      required('outcome', 'uint'),
      required('exitCode', 'uint'),
      required('fuel', 'biguint64'),
      required('stdout', 'buffer'),
      required('engine', 'string'),
    ],
    { compact: true },
  ),
  type('results', [version, list('results', '@wire/result')]),
  type('submit', [version, required('signature', 'fixed64'), required('results', 'buffer')]),
  type('submit-answer', [version, list('standings', 'uint')]),
  type('grants-request', [version, required('fromSequence', 'uint')]),
  type(
    'grant-notice',
    [
      required('sequence', 'uint'),
      required('epoch', 'uint'),
      required('index', 'uint'),
      list('units', '@wire/unit-id'),
    ],
    { compact: true },
  ),
  type('grants-answer', [
    version,
    list('grants', '@wire/grant-notice'),
    required('more', 'uint'),
    list('rejected', '@wire/unit-id'),
    list('uncounted', '@wire/unit-id'),
  ]),

  type('cancellation', [version, kind, required('batch', 'uint'), list('indexes', 'uint')]),
  type('closing', [version, kind, required('at', 'uint')]),
  type('reserve', [version, kind, required('batch', 'uint'), required('count', 'uint')]),
  type('results-announcement', [version, kind, required('epoch', 'uint'), required('key', 'fixed32')]),
  type('found-result', [required('unit', '@wire/unit-id'), required('output', 'buffer')], { compact: true }),
  type('found-record', [version, required('at', 'uint'), list('found', '@wire/found-result')]),
  type('batch-with-inputs', [...batch, required('inputsCore', 'fixed32'), required('inputsBytes', 'uint')]),
  type('byte-range', [required('offset', 'uint'), required('length', 'uint')], { compact: true }),
  type('input-file', [required('path', 'string'), required('range', '@wire/byte-range')], { compact: true }),
  type('input-entry', [
    version,
    required('name', 'string'),
    list('args', 'string'),
    required('stdin', '@wire/byte-range'),
    list('files', '@wire/input-file'),
  ]),
  type('result-file', [required('result', 'uint'), required('path', 'string'), required('bytes', 'buffer')], {
    compact: true,
  }),
  type('results-with-files', [
    version,
    required('zero', 'uint'),
    list('results', '@wire/result'),
    list('files', '@wire/result-file'),
  ]),

  // Proofs that are kept in files: receipts, and evidence of two ledgers.
  type('tree-node', [required('size', 'uint'), required('hash', 'fixed32')], { compact: true }),
  type(
    'block-proof',
    [
      required('length', 'uint'),
      required('index', 'uint'),
      required('block', 'buffer'),
      list('path', '@wire/tree-node'),
      list('roots', '@wire/tree-node'),
      required('signature', 'fixed64'),
    ],
    { compact: true },
  ),
  type('receipt', [
    version,
    kind,
    required('projectKey', 'fixed32'),
    required('announcement', '@wire/block-proof'),
    required('ledgerSigner', 'fixed32'),
    required('grant', '@wire/block-proof'),
  ]),
  type(
    'head-proof',
    [
      list('roots', '@wire/tree-node'),
      required('length', 'uint'),
      list('rest', '@wire/tree-node'),
      required('signature', 'fixed64'),
    ],
    { compact: true },
  ),
  type('ledger-name', [required('announcement', '@wire/block-proof'), required('ledgerSigner', 'fixed32')], {
    compact: true,
  }),
  type('evidence', [
    version,
    kind,
    required('projectKey', 'fixed32'),
    list('ledger', '@wire/ledger-name'),
    required('length', 'uint'),
    list('heads', '@wire/head-proof'),
  ]),
]
