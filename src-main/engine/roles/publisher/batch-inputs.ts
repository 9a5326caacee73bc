import { encodeProjectRecord } from '../../../contracts/wire/project-record.ts'
import { checkArguments, checkTemplate, unitArguments } from '../../../domain/batch.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { hex32, type Hex32 } from '../../../domain/ids.ts'
import type { Batch } from '../../../domain/project.ts'
import type { InputsPlace, UnitInputs } from '../../../domain/unit-inputs.ts'
import type { PublisherComponents } from './components.ts'

/** Names the draft whose inputs are being written; empty when none is. */
const DRAFT_SETTING = 'inputs-draft'
const DRAFT_WORDS = 8

type Parts = Pick<PublisherComponents, 'store' | 'cores' | 'openInputs' | 'randomWord'>

/**
 * Adds a batch whose units come from `place`, with their inputs, to the store by `save`: all or nothing. The draft is on disk before
 * its first byte, and the batch takes its place in one transaction; so a crash leaves a batch, or a draft that
 * {@link dropUnfinishedInputs} removes.
 */
export async function addWithInputs(
  parts: Parts,
  plain: Omit<Batch, 'inputs'>,
  place: InputsPlace,
  save: (batch: Batch) => void,
): Promise<void> {
  const { store, cores } = parts
  checkTemplate(plain.args, place.kind === 'folder' ? ['n', 'name'] : ['n'])
  const draft = newDraft(parts)
  store.setSetting(DRAFT_SETTING, draft)
  try {
    const { inputs, units } = await cores.addInputs(draft, checked(parts.openInputs(place), plain))
    const batch: Batch = { ...plain, count: units, inputs }
    encodeProjectRecord(batch)
    store.transact(() => {
      save(batch)
      store.setSetting(DRAFT_SETTING, '')
    })
  } catch (error) {
    await dropUnfinishedInputs(parts)
    throw error
  }
}

/** Removes what an addition left that failed or was killed. */
export async function dropUnfinishedInputs({ store, cores }: Pick<Parts, 'store' | 'cores'>): Promise<void> {
  const draft = store.setting(DRAFT_SETTING) ?? ''
  if (draft === '') return
  await cores.dropInputs(hex32(draft))
  store.setSetting(DRAFT_SETTING, '')
}

/** Batches whose inputs went with the folder of the cores: no backup of the database has them. */
export async function batchesWithoutInputs(
  { cores, log }: Pick<PublisherComponents, 'cores' | 'log'>,
  batches: readonly Batch[],
): Promise<ReadonlySet<number>> {
  const lost = new Set<number>()
  for (const batch of batches)
    if (batch.inputs)
      try {
        await cores.inputLabel(batch, 0)
      } catch (error) {
        lost.add(batch.batch)
        log('error', 'inputs-lost', { batch: batch.batch, why: String(error) })
      }
  return lost
}

async function* checked(
  units: AsyncIterable<UnitInputs>,
  batch: Pick<Batch, 'first' | 'args'>,
): AsyncGenerator<UnitInputs> {
  let index = 0
  for await (const unit of units) {
    try {
      checkArguments(unitArguments(batch, index, unit))
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new PowerswarmError('bad-argument', `Unit ${String(batch.first + index)}: ${message}`, { cause })
    }
    index++
    yield unit
  }
}

function newDraft({ randomWord }: Pick<Parts, 'randomWord'>): Hex32 {
  return hex32(Array.from({ length: DRAFT_WORDS }, () => randomWord().toString(16).padStart(8, '0')).join(''))
}
