import type { DonorKey, UnitId } from '../../src-main/domain/ids.ts'
import { moveTrust } from '../../src-main/domain/trust.ts'
import { moveUnit } from '../../src-main/domain/work-unit.ts'
import type { CopyRow, OnTrustRow, PublisherStore } from '../../src-main/engine/ports.ts'
import { hex } from './publisher-store.ts'

/** What the roles do with trust in one transaction each, roughly. */
export const TRUST_STEPS = [
  'trust',
  'trust',
  'draw',
  'release',
  'fail',
  'question',
  'dispute',
  'settle',
  'ban',
  'unban',
  'revoke',
  'seal revocation',
  'suspend',
  'retry',
] as const

interface Place {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  /** A copy that is leased, if there is one. */
  readonly leased: CopyRow | undefined
}

export function applyTrust(store: PublisherStore, what: string, { unit, donorKey, leased }: Place): void {
  const trust = store.trust(donorKey)
  const work = store.unit(unit)
  if (what === 'trust' && leased) accept(store, leased)
  else if (what === 'draw' && trust.held > 0) draw(store, donorKey)
  else if (what === 'release') release(store, donorKey, Math.max(0, trust.window - 1))
  else if (what === 'fail') store.saveTrust(donorKey, moveTrust(trust, { kind: 'failed' }))
  else if (what === 'question') {
    for (const row of store.inDoubt(1)) {
      store.removeOnTrust(row.unit)
      question(store, row)
    }
  } else if (what === 'dispute' && work.state === 'leased') store.addDispute(unit, [donorKey])
  else if (what === 'settle') store.endDispute(unit)
  else if (what === 'ban') store.ban(donorKey, 5)
  else if (what === 'unban') store.unban(donorKey)
  else if (what === 'revoke' && store.isGranted(unit, donorKey)) revoke(store, unit, donorKey)
  else if (what === 'seal revocation') sealRevocation(store)
  else if (what === 'suspend' && work.state === 'leased')
    store.saveUnit(unit, work, { state: 'suspended' }, 0)
  else if (what === 'retry') store.saveUnit(unit, work, moveUnit(work, { kind: 'retried', quorum: 2 }), 0)
}

function accept(store: PublisherStore, copy: CopyRow): void {
  const { unit, donorKey } = copy
  const digest = hex(0)
  const work = store.unit(unit)
  const after = moveUnit(work, { kind: 'trusted', digest })
  if (after === work) return
  const { window, held } = store.trust(donorKey)
  const stdout = new Uint8Array([unit.index])
  store.addOutput({ unit, digest, outcome: 'ok', exitCode: 0, fuel: 5n, stdout })
  store.saveCopy(copy, { ...copy, standing: 'pending', answeredAt: 80, digest })
  store.saveUnit(unit, work, after, 0)
  store.saveOnTrust({ unit, donorKey, window, drawn: false })
  store.saveTrust(donorKey, moveTrust(store.trust(donorKey), { kind: 'held' }))
  if (held === 0) store.windowOpened(donorKey, 100 + unit.index)
}

function draw(store: PublisherStore, donorKey: DonorKey): void {
  const { window } = store.trust(donorKey)
  store.saveTrust(donorKey, moveTrust(store.trust(donorKey), { kind: 'drawn' }))
  const [row] = store.window(donorKey, window).toSorted((a, b) => a.unit.index - b.unit.index)
  if (!row) return
  store.saveOnTrust({ ...row, drawn: true })
  question(store, row)
}

function release(store: PublisherStore, donorKey: DonorKey, window: number): void {
  const rows = store.window(donorKey, window).toSorted((a, b) => a.unit.index - b.unit.index)
  for (const { unit } of rows) {
    const work = store.unit(unit)
    const copy = store.copy(unit, donorKey)
    if (work.state !== 'trusted' || !copy) continue
    store.saveUnit(unit, work, moveUnit(work, { kind: 'released' }), 0)
    store.saveCopy(copy, { ...copy, standing: 'verified' })
    store.addVerified(unit, 90)
    if (!store.isGranted(unit, donorKey)) store.addGrant({ unit, donorKey, fuel: 5n })
  }
  store.saveTrust(
    donorKey,
    moveTrust(store.trust(donorKey), { kind: 'released', window, results: rows.length }),
  )
}

function question(store: PublisherStore, { unit, donorKey }: OnTrustRow): void {
  const work = store.unit(unit)
  const copy = store.copy(unit, donorKey)
  if (!copy || (work.state !== 'trusted' && work.state !== 'released')) return
  store.saveCopy(copy, { ...copy, standing: 'pending' })
  store.saveUnit(unit, work, moveUnit(work, { kind: 'questioned' }), 0)
}

function revoke(store: PublisherStore, unit: UnitId, donorKey: DonorKey): void {
  const revoked = store
    .revocations()
    .some((row) => row.donorKey === donorKey && row.unit.index === unit.index)
  if (!revoked) store.addRevocation({ unit, donorKey, fuel: 5n })
}

function sealRevocation(store: PublisherStore): void {
  const [revocation] = store.unsealedRevocations(1)
  if (!revocation || store.unsealed(1).length > 0) return
  const { donorKey, fuel, grant } = revocation
  const last = store.lastRecord(donorKey)
  if (!last) return
  const amounts = { at: 1, units: 1, fuel, cumulativeFuel: last.cumulativeFuel - fuel, unitsRoot: hex(6) }
  const record = { sequence: last.sequence + 1, donorKey, ...amounts, revokes: true } as const
  const index = store.ledgerTotals().records
  store.addSealedRevocations([{ epoch: 0, index, firstGrant: grant, lastGrant: grant, record }])
}
