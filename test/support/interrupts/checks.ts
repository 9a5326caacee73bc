import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BatchStatus, PublisherStatus } from '../../../src-main/contracts/publisher-state.ts'

/** Units of a batch whose answers are known, so that there are results. */
export const KNOWN_UNITS = 300
/** Units of a batch with inputs of their own. */
export const LISTED_UNITS = 100

/** One project, one app, whole batches, and nothing beside them. */
export function checkProject(homeDir: string, { apps, batches }: PublisherStatus): void {
  equal('folders of projects', readdirSync(join(homeDir, 'publisher')), ['p'])
  equal(
    'apps',
    apps.map(({ name }) => name),
    ['hello'],
  )
  for (const batch of batches) equal('units of a batch', [isWhole(batch), batch], [true, batch])
  // Each of the two was given twice, and may have been done the first time.
  for (const units of [KNOWN_UNITS, LISTED_UNITS]) {
    const { length } = batches.filter((batch) => batch.units === units)
    equal(`batches of ${String(units)} units`, length === 1 || length === 2, true)
  }
}

function isWhole({ units, verified, unsent }: BatchStatus): boolean {
  return (units === KNOWN_UNITS && verified === units) || (units === LISTED_UNITS && unsent === units)
}

/** Every verified unit once in the index and in its file, and nothing unfinished. */
export function checkResults(dir: string, { batches }: PublisherStatus): void {
  const lines = readFileSync(join(dir, 'index.jsonl'), 'utf8').split('\n').slice(0, -1)
  const units = lines.map((line) => JSON.parse(line) as { unit: string; file: string; n: number })
  const expected = batches.filter(({ verified }) => verified > 0).map(({ batch }) => batch)
  equal(
    'units in the index',
    units.map(({ unit }) => unit).sort(),
    expected
      .flatMap((batch) => Array.from({ length: KNOWN_UNITS }, (_, i) => `${String(batch)}.${String(i)}`))
      .sort(),
  )
  for (const { file, n } of units)
    equal(`the result ${file}`, readFileSync(join(dir, file), 'utf8'), `hello ${String(n)}\n`)
  for (const batch of expected) {
    const names = readdirSync(join(dir, `batch-${String(batch)}`))
    equal('files of results', names.length, KNOWN_UNITS)
  }
}

export function checkBackedUp(before: PublisherStatus, after: PublisherStatus): void {
  equal(
    'what was restored',
    [after.link, after.batches, after.apps],
    [before.link, before.batches, before.apps],
  )
}

function equal(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: ${a.slice(0, 500)} instead of ${b.slice(0, 500)}`)
}
