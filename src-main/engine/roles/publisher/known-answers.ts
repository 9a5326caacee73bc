import type { KnownAnswer } from '../../../contracts/engine.ts'
import { unitForNumber } from '../../../domain/batch.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import type { UnitId } from '../../../domain/ids.ts'
import { digestParts } from '../../../domain/outcome.ts'
import type { Batch } from '../../../domain/project.ts'
import { UNSENT, moveUnit } from '../../../domain/work-unit.ts'
import type { OutputRow } from '../../ports.ts'
import type { PublisherComponents } from './components.ts'

const NONE = new Uint8Array()

/**
 * The outputs of units whose answers are known. Throws `bad-argument` for a number outside the batch, one that comes
 * twice, and an answer that no run within the batch's limits can have.
 */
export function knownOutputs(
  batch: Batch,
  answers: readonly KnownAnswer[],
  { digests }: Pick<PublisherComponents, 'digests'>,
): OutputRow[] {
  const seen = new Set<number>()
  return answers.map(({ n, outcome, exitCode, fuel, stdout }) => {
    const unit = unitForNumber(batch, n)
    if (!unit) throw bad(n, 'is outside the batch')
    if (seen.has(n)) throw bad(n, 'comes twice')
    seen.add(n)
    if (fuel > batch.maxFuel) throw bad(n, 'takes more fuel than the batch allows')
    if (stdout.byteLength > batch.maxOutputBytes) throw bad(n, 'prints more than the batch allows')
    if ((exitCode !== 0) !== (outcome === 'exit-nonzero'))
      throw bad(n, 'has an exit code that contradicts its outcome')
    const digest = digests.hash(digestParts({ outcome, exitCode, fuel, stdout, stderr: NONE }))
    return { unit, digest, outcome, exitCode, fuel, stdout: outcome === 'ok' ? stdout : NONE }
  })
}

/** Writes them: verified from the start. Belongs into the transaction that adds the batch. */
export function saveKnown(
  { store, clock }: Pick<PublisherComponents, 'store' | 'clock'>,
  outputs: readonly OutputRow[],
): void {
  for (const output of outputs) {
    const { unit, digest } = output
    store.saveUnit(unit, UNSENT, moveUnit(UNSENT, { kind: 'known', digest }), 0)
    store.addOutput(output)
    store.addVerified(unit, clock.now())
    store.addKnownAnswer(unit)
  }
}

/** Indexes of known-answer units by batch. */
export function knownByBatch(units: readonly UnitId[]): ReadonlyMap<number, ReadonlySet<number>> {
  const known = new Map<number, Set<number>>()
  for (const { batch, index } of units) {
    const indexes = known.get(batch)
    if (indexes) indexes.add(index)
    else known.set(batch, new Set([index]))
  }
  return known
}

function bad(n: number, fault: string): PowerswarmError {
  return new PowerswarmError('bad-argument', `The known answer for number ${n} ${fault}`)
}
