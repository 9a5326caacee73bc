import fc from 'fast-check'
import { parseKnownAnswers } from '../../../src-main/cli/known-answers.ts'
import { parseMemory } from '../../../src-main/cli/commands/app-add.ts'
import { parseMaxFuel, parseOutput } from '../../../src-main/cli/commands/batch-add.ts'
import { parsePreferencePairs } from '../../../src-main/cli/commands/donor.ts'
import { parseDeadline, parsePriority } from '../../../src-main/cli/plans.ts'
import {
  parseAddresses,
  parseBytes,
  parseFuel,
  parseHost,
  parseRelayKey,
  parseWhole,
} from '../../../src-main/cli/quantities.ts'
import { parseCursor } from '../../../src-main/cli/result-files.ts'
import { parseEngineArguments } from '../../../src-main/contracts/engine-options.ts'
import { formatLink, parseBootstrap, parseLink, parseRelay } from '../../../src-main/contracts/wire/link.ts'
import { checkTemplate, parseRange } from '../../../src-main/domain/batch.ts'
import type { ErrorCode } from '../../../src-main/domain/errors.ts'
import { bytesToHex, hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { policyFor } from '../../../src-main/domain/max-error.ts'
import { decodeZBase32, encodeZBase32 } from '../../../src-main/domain/z-base-32.ts'
import { parseInputLine } from '../../../src-main/engine/adapters/inputs/input-line.ts'
import { parseNote } from '../../../src-main/engine/backup-folder.ts'
import { parseHolder } from '../../../src-main/engine/engine-lock.ts'
import { decoder, type Decoder } from './decoder.ts'
import { spoilText } from './spoil-text.ts'

const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => hex32<ProjectKey>(bytesToHex(bytes)))
const address = fc.record({
  host: fc.constantFrom('127.0.0.1', 'localhost', 'dht.example.org', 'a-b.c'),
  port: fc.integer({ min: 1, max: 65_535 }),
})
const addresses = fc.array(address, { minLength: 1, maxLength: 8 })
const link = fc
  .record({ projectKey: key, bootstrap: addresses, relay: key }, { requiredKeys: ['projectKey'] })
  .map(formatLink)
const relay = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodeZBase32)
const bootstrap = addresses.map((list) => list.map(({ host, port }) => `${host}:${String(port)}`).join(','))
const whole = (max: number) => fc.nat(max).map(String)
const word = fc.string({ unit: fc.constantFrom('a', 'B', '7', '-', '.', 'é', '🐝', ' '), maxLength: 12 })

const content = fc.oneof(
  word,
  fc.record({ text: word }),
  fc.record({ base64: fc.constantFrom('', 'YQ==', 'AAAA') }),
  fc.record({ file: fc.constantFrom('a', 'b/c.txt') }),
)
const inputLine = fc
  .record(
    {
      args: fc.array(word, { maxLength: 4 }),
      stdin: content,
      files: fc.dictionary(fc.constantFrom('a', 'b/c', 'd'), fc.constantFrom('x', 'y/z'), { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  )
  .map((line) => JSON.stringify(line))
const knownAnswer = fc
  .record(
    {
      n: fc.nat(),
      outcome: fc.constantFrom('ok', 'trap', 'out-of-fuel'),
      exitCode: fc.constant(0),
      fuel: fc.nat().map(String),
      stdout: word,
    },
    { requiredKeys: ['n', 'outcome', 'fuel'] },
  )
  .map((answer) => JSON.stringify(answer))
const engineArguments = fc
  .record({
    role: fc.constant('donor'),
    home: fc.constantFrom('/home/a', 'C:\\a'),
    slots: fc.constant('desktop'),
    sandboxed: fc.boolean(),
    runtime: fc.constantFrom('official', 'fallback'),
    isRoot: fc.boolean(),
    allowUnsandboxed: fc.boolean(),
    demoModules: fc.constantFrom('', '/demo'),
  })
  .map((options) => `--engine-options=${JSON.stringify(options)}`)
const json = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<string> =>
  values.map((value) => JSON.stringify(value))

function text(
  place: string,
  codes: readonly ErrorCode[],
  samples: fc.Arbitrary<string>,
  decode: (input: string) => unknown,
  encode?: (value: never) => string,
): Decoder {
  const name = place.slice(place.indexOf('#') + 1)
  const base = { name, covers: [place], codes, samples, spoil: spoilText, decode }
  return decoder<string>(encode === undefined ? base : { ...base, encode })
}

const flag = (name: string, samples: fc.Arbitrary<string>, decode: (input: string) => unknown): Decoder =>
  text(`cli/${name}`, ['bad-argument'], samples, decode)

/** 2026-11-22: deadlines lie after it. */
const NOW = 1_795_305_600_000

/** What people type and paste, and what text files say. */
export const TEXT_DECODERS: readonly Decoder[] = [
  text('contracts/wire/link.ts#parseLink', ['bad-link'], link, parseLink, formatLink),
  text('contracts/wire/link.ts#parseRelay', ['bad-link'], relay, parseRelay),
  text('contracts/wire/link.ts#parseBootstrap', ['bad-link'], bootstrap, parseBootstrap),
  text('domain/z-base-32.ts#decodeZBase32', [], relay, (input) => decodeZBase32(input, 32)),
  text(
    'domain/batch.ts#parseRange',
    ['bad-argument'],
    fc.constantFrom('0..9', '5..5', '0..999999'),
    parseRange,
  ),
  text(
    'domain/batch.ts#checkTemplate',
    ['bad-argument'],
    fc.constantFrom('{n}', '--x={n}', 'a b', '{"a": 1}'),
    (input) => checkTemplate([input]),
  ),
  text('domain/max-error.ts#policyFor', ['bad-argument'], fc.constantFrom('0.001', '0.01'), (input) =>
    policyFor(Number(input)),
  ),
  flag('quantities.ts#parseBytes', fc.constantFrom('64KiB', '1.5 MiB', '100', '64kB'), (input) =>
    parseBytes(input, '--size', 0, 2 ** 32),
  ),
  flag('quantities.ts#parseFuel', fc.constantFrom('1e12', '5T', '2.5e9', '1'), (input) =>
    parseFuel(input, '--fuel', 0n, 10n ** 19n),
  ),
  flag('quantities.ts#parseWhole', whole(1000), (input) => parseWhole(input, '--n', 0, 1000)),
  flag('quantities.ts#parseAddresses', bootstrap, (input) => parseAddresses(input, '--bootstrap')),
  flag('quantities.ts#parseRelayKey', relay, (input) => parseRelayKey(input, '--relay')),
  flag('quantities.ts#parseHost', fc.constantFrom('10.0.0.5', '127.0.0.1'), (input) =>
    parseHost(input, '--host'),
  ),
  flag('plans.ts#parsePriority', fc.constantFrom('0', '-1000', '7'), parsePriority),
  flag(
    'plans.ts#parseDeadline',
    fc.constantFrom('2027-03-01', '2027-03-01T18:00', '2031-01-01T00:00:00Z'),
    (input) => parseDeadline(input, NOW),
  ),
  flag('commands/app-add.ts#parseMemory', fc.constantFrom('1MiB', '256MiB'), parseMemory),
  flag('commands/batch-add.ts#parseMaxFuel', fc.constantFrom('1e9', '1T'), parseMaxFuel),
  flag('commands/batch-add.ts#parseOutput', fc.constantFrom('0', '64KiB'), parseOutput),
  text(
    'cli/commands/donor.ts#parsePreferencePairs',
    ['bad-argument', 'bad-preference'],
    fc.constantFrom('cores=2', 'runWhen=idle', 'screensaver=false', 'idleSeconds=60'),
    (input) => parsePreferencePairs(input.split(' ')),
  ),
  flag(
    'known-answers.ts#parseKnownAnswers',
    fc.array(knownAnswer, { maxLength: 4 }).map((all) => all.join('\n')),
    (input) => parseKnownAnswers(input, 'known.jsonl'),
  ),
  text(
    'cli/result-files.ts#parseCursor',
    ['file-unreadable'],
    json(fc.record({ projectKey: key, cursor: word, indexBytes: fc.nat() })),
    (input) => parseCursor(input, '.cursor.json'),
    JSON.stringify as (value: never) => string,
  ),
  text('contracts/engine-options.ts#parseEngineArguments', ['bad-argument'], engineArguments, (input) =>
    parseEngineArguments(['node', input]),
  ),
  text('engine/adapters/inputs/input-line.ts#parseInputLine', ['bad-argument'], inputLine, parseInputLine),
  text(
    'engine/backup-folder.ts#parseNote',
    [],
    json(
      fc.record({
        format: fc.constant(1),
        project: fc.constantFrom('mersenne-primes', 'x'),
        kind: fc.constantFrom('continuous', 'moment'),
        at: fc.nat(),
      }),
    ),
    (input) => {
      const note = parseNote(input)
      if (note !== undefined && /[./\\]/.test(note.project)) throw new Error(`a path: ${note.project}`)
      return note && new Date(note.at).toISOString()
    },
  ),
  text(
    'engine/engine-lock.ts#parseHolder',
    [],
    json(
      fc.record({
        pid: fc.nat(),
        startedAt: word,
        token: fc.constant('0123456789abcdef01234567'),
        socketPath: word,
      }),
    ),
    parseHolder,
  ),
]
