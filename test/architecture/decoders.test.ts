import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DECODERS } from '../support/fuzz/all-decoders.ts'
import { argumentVectors } from '../support/fuzz/argument-vectors.ts'

const sourceDir = join(import.meta.dirname, '../../src-main')

/** Files that read bytes, texts or values, for which other tests answer or which read only what this program wrote. */
const ELSEWHERE: readonly (readonly [path: string, why: string])[] = [
  ['toolchain/**', 'modules: test/toolchain/decoder.test.ts and npm run prove -- differential'],
  ['slot/program/wasi/**', 'what a unit asks for: test/slot/program/wasi, hostile modules'],
  ['slot/program/snapshot/byte-source.ts', 'read by decodeSnapshot alone'],
  ['slot/program/snapshot/byte-sink.ts', 'writes'],
  ['slot/program/snapshot/safe-points.ts', 'memory of the unit that is being saved'],
  ['engine/adapters/sqlite/**', 'our own database: checked by SQLite, test/adapters/sqlite/open.test.ts'],
  ['engine/adapters/hyper/inputs/input-reader.ts', 'by parseInputRow and parseInputEntry'],
  ['engine/adapters/inputs/read-file.ts', 'a whole file as it is'],
  ['engine/adapters/inputs/line-inputs.ts', 'by parseInputLine'],
  ['engine/project-settings.ts', 'our own database'],
  ['engine/keys-file.ts', '32 bytes as they are'],
  ['engine/roles/donor/traffic-meter.ts', 'our own database'],
  ['engine/roles/publisher/held-findings.ts', 'our own database'],
  ['engine/backup-folder.ts#readNote', 'by parseNote'],
  ['cli/known-answers.ts#readKnownAnswers', 'by parseKnownAnswers'],
  ['cli/commands/run.ts', 'shows what a unit printed as a text'],
  ['main/engine-process/last-words.ts', 'shows what a process printed as a text'],
  ['cli/files.ts', 'a whole file as it is; modules: toolchain'],
  ['cli/unit-files.ts', 'whole files as they are'],
  ['main/slot-windows/low-priority.ts', 'asks the system'],
  ['contracts/slot.ts', 'parts of slotSchema'],
  ['contracts/wire/runtime.ts', 'read by every record'],
  ['engine/verifier/merkle.ts', 'by verifyReceipt and verifyEvidence'],
]

const READS_BY_NAME = /^export (?:async )?(?:function|const) ((?:parse|read|decode)[A-Z]\w*|\w+Schema)\b/gm
const READS_BYTES =
  /\bJSON\.parse\(|\bdeserialize\(|\bnew DataView\(|\bsafeParse\(|\bwireCodec<|\bnew TextDecoder\(/

/** Everything in a source file that reads what it did not write itself, as `file` or `file#export`. */
function readersIn(path: string, code: string): string[] {
  const named = [...code.matchAll(READS_BY_NAME)].map(([, name]) => `${path}#${name ?? ''}`)
  return named.length > 0 || !READS_BYTES.test(code) ? named : [path]
}

const vectors = argumentVectors()
const covered = [...DECODERS, vectors.decoder].flatMap(({ covers }) => covers)
vectors.close()

function isElsewhere(reader: string): boolean {
  const [path = ''] = reader.split('#')
  return ELSEWHERE.some(([pattern]) =>
    pattern.endsWith('/**') ? path.startsWith(pattern.slice(0, -2)) : [path, reader].includes(pattern),
  )
}

/** A reader that no fuzzing tries and no other test answers for. */
function isMissing(reader: string): boolean {
  if (isElsewhere(reader)) return false
  return reader.includes('#') ? !covered.includes(reader) : !covered.some((place) => place.startsWith(reader))
}

const files = globSync('**/*.ts', { cwd: sourceDir, exclude: ['**/*.d.ts'] })
  .map((path) => path.replaceAll('\\', '/'))
  .map((path) => ({ path, code: readFileSync(join(sourceDir, path), 'utf8') }))

describe('readers of what others wrote', () => {
  it('are all in the list of test/support/fuzz', () => {
    const readers = files.flatMap(({ path, code }) => readersIn(path, code))
    expect(readers.length).toBeGreaterThan(50)
    expect(readers.filter(isMissing)).toEqual([])
  })

  it('are there: the list names nothing that is gone', () => {
    const gone = covered.filter((place) => {
      const [path, name = ''] = place.split('#')
      const code = files.find((file) => file.path === path)?.code
      return code === undefined || !code.includes(name)
    })
    expect(gone).toEqual([])
    const unused = ELSEWHERE.filter(
      ([pattern]) => !files.some(({ path }) => path.startsWith(pattern.replace(/\*\*$|#.*/, ''))),
    )
    expect(unused).toEqual([])
  })

  it.each([
    [
      'a new message',
      'contracts/wire/new.ts',
      'export const parseNew: (bytes: Uint8Array) => New = codec.parse',
    ],
    ['a codec without a reader', 'contracts/wire/new.ts', "const codec = wireCodec<'@wire/new', New>({})"],
    ['a schema', 'contracts/new.ts', 'export const newSchema = {}'],
    ['a file of text', 'engine/new.ts', 'const raw = JSON.parse(text)'],
    ['a file of bytes', 'engine/adapters/host/new.ts', 'const view = new DataView(bytes.buffer)'],
  ])('are missed when they are new: %s', (_, path, code) => {
    expect(readersIn(path, code).filter(isMissing)).toHaveLength(1)
  })
})
