import type Database from 'better-sqlite3'
import type { UnitId } from '../../../../domain/ids.ts'
import type { BatchTrust, OnTrustRow, TrustStore } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { DonorTrusts } from './donor-trusts.ts'

type Trust = Pick<
  TrustStore,
  | 'setBatchTrust'
  | 'batchTrust'
  | 'addKnownAnswer'
  | 'knownAnswers'
  | 'trust'
  | 'saveTrust'
  | 'onTrust'
  | 'saveOnTrust'
  | 'removeOnTrust'
  | 'window'
  | 'inDoubt'
  | 'openWindows'
  | 'windowOpened'
>

interface OnTrustColumns {
  donor: number
  window: number
  batch: number
  idx: number
  drawn: number
}

/** Batches that trust donors, and the results that rest on one donor's word. */
export function trust(db: Database.Database, tx: Transactions, ids: DonorIds, trusts: DonorTrusts): Trust {
  const setBatch = db.prepare('INSERT INTO batch_trust VALUES (?, ?, ?)')
  const batches = db.prepare<[], { batch: number } & BatchTrust>(
    'SELECT batch, max_error AS maxError, proven_per_advance AS provenPerAdvance FROM batch_trust',
  )
  const addKnown = db.prepare('INSERT INTO known_answers VALUES (?, ?)')
  const known = db.prepare<[], { batch: number; idx: number }>(
    'SELECT batch, idx FROM known_answers ORDER BY batch, idx',
  )
  const doubt = db.prepare('INSERT OR IGNORE INTO in_doubt VALUES (?)')
  const doubted = db.prepare<[], { donor: number; since: number }>(
    'SELECT donor, since FROM in_doubt JOIN trust USING (donor)',
  )
  const noDoubt = db.prepare('DELETE FROM in_doubt WHERE donor = ?')
  const before = db.prepare<[number, number, number], OnTrustColumns>(
    'SELECT * FROM on_trust WHERE donor = ? AND window < ? LIMIT ?',
  )
  const one = db.prepare<[number, number], OnTrustColumns>(
    'SELECT * FROM on_trust WHERE batch = ? AND idx = ?',
  )
  const save = db.prepare(
    `INSERT INTO on_trust (donor, window, batch, idx, drawn) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (batch, idx) DO UPDATE SET drawn = excluded.drawn`,
  )
  const remove = db.prepare('DELETE FROM on_trust WHERE batch = ? AND idx = ?')
  const inWindow = db.prepare<[number, number], OnTrustColumns>(
    'SELECT * FROM on_trust WHERE donor = ? AND window = ? ORDER BY batch, idx',
  )
  const opened = db.prepare('UPDATE trust SET opened_at = ? WHERE donor = ?')
  const open = db
    .prepare<[number, number], number>(
      'SELECT donor FROM trust WHERE held > 0 AND opened_at < ? ORDER BY opened_at LIMIT ?',
    )
    .pluck()

  const rowOf = ({ donor, window, batch, idx, drawn }: OnTrustColumns): OnTrustRow => ({
    unit: { batch, index: idx },
    donorKey: ids.key(donor),
    window,
    drawn: drawn === 1,
  })
  return {
    setBatchTrust(batch, { maxError, provenPerAdvance }) {
      setBatch.run(batch, maxError, provenPerAdvance)
    },
    batchTrust: () => new Map(batches.all().map(({ batch, ...policy }) => [batch, policy])),
    addKnownAnswer({ batch, index }) {
      tx.needed()
      addKnown.run(batch, index)
    },
    knownAnswers: () => known.all().map(({ batch, idx }) => ({ batch, index: idx })),
    trust: (donorKey) => trusts.get(donorKey),
    saveTrust(donorKey, after) {
      tx.needed()
      if (after.since > trusts.get(donorKey).since) doubt.run(ids.ensure(donorKey))
      trusts.set(donorKey, after)
    },
    onTrust({ batch, index }: UnitId) {
      const row = one.get(batch, index)
      return row && rowOf(row)
    },
    saveOnTrust({ unit, donorKey, window, drawn }) {
      tx.needed()
      save.run(ids.ensure(donorKey), window, unit.batch, unit.index, Number(drawn))
    },
    removeOnTrust({ batch, index }) {
      tx.needed()
      remove.run(batch, index)
    },
    window(donorKey, window) {
      const id = ids.find(donorKey)
      return id === undefined ? [] : inWindow.all(id, window).map(rowOf)
    },
    inDoubt(limit) {
      tx.needed()
      trusts.flush()
      const rows: OnTrustRow[] = []
      for (const { donor, since } of doubted.all()) {
        const own = before.all(donor, since, limit - rows.length)
        if (own.length === 0) noDoubt.run(donor)
        rows.push(...own.map(rowOf))
        if (rows.length >= limit) break
      }
      return rows
    },
    openWindows: (at, limit) => open.all(at, limit).map((id) => ids.key(id)),
    windowOpened(donorKey, at) {
      tx.needed()
      trusts.flush()
      opened.run(at, ids.ensure(donorKey))
    },
  }
}
