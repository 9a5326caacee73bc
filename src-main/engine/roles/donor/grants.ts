import type { GrantNotice } from '../../../contracts/wire/messages.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import type { ProjectKey } from '../../../domain/ids.ts'
import type { ProjectConnection } from '../../ports.ts'
import type { DonorComponents } from './components.ts'

type GrantComponents = Pick<DonorComponents, 'store' | 'checkGrant'>

/**
 * A later ledger repeats the one that it replaces, block for block: the donor's last record must stand in its place
 * there. From then on the donor holds it from there. Rejects with `bad-record` when the new ledger tells another story.
 */
export async function followLedger(
  { store }: GrantComponents,
  connection: ProjectConnection,
  projectKey: ProjectKey,
  epoch: number,
): Promise<void> {
  const held = store.lastGrant(projectKey)
  if (!held || held.epoch >= epoch) return
  const repeated = await connection.ledgerRecord(epoch, held.index)
  const same =
    repeated.sequence === held.sequence &&
    repeated.units === held.units &&
    repeated.cumulativeFuel === held.cumulativeFuel &&
    repeated.unitsRoot === held.unitsRoot
  if (!same)
    throw new PowerswarmError(
      'bad-record',
      `Ledger ${String(epoch)} does not repeat the credit of this donor; keep the receipt of ledger ${String(held.epoch)}`,
    )
  store.moveLastGrant(projectKey, epoch)
}

/**
 * Brings this donor's credit up to the ledger: asks which records are new, fetches each block with its proof, and
 * takes it only when it grants exactly the units it was said to grant. What the publisher says without a signed
 * block counts for nothing.
 */
export async function syncGrants(
  parts: GrantComponents,
  connection: ProjectConnection,
  projectKey: ProjectKey,
  donorKey: string,
): Promise<void> {
  for (;;) {
    const { nextSequence } = parts.store.granted(projectKey)
    const answer = await connection.grants({ fromSequence: nextSequence })
    for (const notice of answer.grants) await takeGrant(parts, connection, projectKey, donorKey, notice)
    for (const unit of answer.rejected) parts.store.markResult(projectKey, unit, 'rejected')
    for (const unit of answer.uncounted) parts.store.markResult(projectKey, unit, 'uncounted')
    if (!answer.more || answer.grants.length === 0) return
  }
}

async function takeGrant(
  parts: GrantComponents,
  connection: ProjectConnection,
  projectKey: ProjectKey,
  donorKey: string,
  notice: GrantNotice,
): Promise<void> {
  const record = await connection.ledgerRecord(notice.epoch, notice.index)
  const refusal = parts.checkGrant(record, notice, {
    donorKey,
    ...parts.store.granted(projectKey),
    epoch: parts.store.lastGrant(projectKey)?.epoch ?? 0,
  })
  if (refusal !== undefined)
    throw new PowerswarmError('bad-record', `Ledger record ${String(notice.index)} was refused: ${refusal}`)
  parts.store.addGrant(projectKey, notice, record)
}
