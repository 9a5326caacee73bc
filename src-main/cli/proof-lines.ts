import { formatLink } from '../contracts/wire/link.ts'
import type { ProjectKey } from '../domain/ids.ts'
import type { ProvenFork } from '../engine/verifier/verify-evidence.ts'
import type { ProvenGrant } from '../engine/verifier/verify-receipt.ts'
import { countText, creditText, quantity } from './text.ts'

/** What a proof shows, and what it does not: whoever reads a verdict reads both. */

const NOT_PROVEN_BY_RECEIPT =
  'It does not prove that the work was done, that the publisher told everybody the same, or whose donor key it is.'
const NOT_PROVEN_BY_EVIDENCE =
  'It does not prove which story is the right one, or that it was done on purpose.'

/** `compared`: the project key was given by the reader. */
export function receiptLines(
  { projectKey, epoch, index, record }: ProvenGrant,
  compared: boolean,
): readonly string[] {
  const { donorKey, cumulativeFuel, sequence, at } = record
  return [
    'The receipt holds.',
    ...projectLines(projectKey, compared),
    `  donor    ${donorKey}`,
    `  credit   ${creditText(cumulativeFuel)} (${fuelText(cumulativeFuel)} fuel)`,
    `  granted  in ${quantity(sequence + 1, 'record')}, the last on ${new Date(at).toISOString()}`,
    `  ledger   ${countText(epoch)}, block ${countText(index)}`,
    'It proves that the publisher of this project granted this credit to this donor key.',
    NOT_PROVEN_BY_RECEIPT,
  ]
}

export function evidenceLines(
  { projectKey, epoch, length }: ProvenFork,
  compared: boolean,
): readonly string[] {
  const core = epoch === undefined ? 'the project’s own feed' : `ledger ${countText(epoch)}`
  return [
    'The evidence holds.',
    ...projectLines(projectKey, compared),
    `  about    ${core}, within its first ${quantity(length, 'block')}`,
    'It proves that the publisher of this project signed two stories that cannot both be true.',
    NOT_PROVEN_BY_EVIDENCE,
  ]
}

function projectLines(projectKey: ProjectKey, compared: boolean): readonly string[] {
  const link = formatLink({ projectKey })
  const unknown = '           You named no project: compare this with the link that its publisher gives.'
  return [`  project  ${link}`, ...(compared ? [] : [unknown])]
}

function fuelText(fuel: bigint): string {
  return String(fuel).replace(/\B(?=(\d{3})+$)/g, ',')
}
