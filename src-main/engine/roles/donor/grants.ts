import type { GrantNotice } from '../../../contracts/wire/messages.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import type { ProjectKey } from '../../../domain/ids.ts'
import type { ProjectConnection } from '../../ports.ts'
import type { DonorComponents } from './components.ts'

type GrantComponents = Pick<DonorComponents, 'store' | 'checkGrant'>

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
  const refusal = parts.checkGrant(record, notice, { donorKey, ...parts.store.granted(projectKey) })
  if (refusal !== undefined)
    throw new PowerswarmError('bad-record', `Ledger record ${String(notice.index)} was refused: ${refusal}`)
  parts.store.addGrant(projectKey, notice, record)
}
