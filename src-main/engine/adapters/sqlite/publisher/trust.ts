import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../domain/ids.ts'
import type { BatchTrust, OnTrustRow, TrustStore } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { LiveState } from './live/live-state.ts'

type Trust = Omit<TrustStore, 'ban' | 'unban' | 'isBanned' | 'donorAccounts'>

/** Batches that trust donors, the trust in these, the results that rest on one donor's word, and disputes. */
export function trust(
  db: Database.Database,
  { table, trusts, windows, pools, edits }: LiveState,
  tx: Transactions,
): Trust {
  const setBatch = db.prepare('INSERT INTO batch_trust VALUES (?, ?, ?)')
  const batches = db.prepare<[], { batch: number } & BatchTrust>(
    'SELECT batch, max_error AS maxError, proven_per_advance AS provenPerAdvance FROM batch_trust',
  )
  const addKnown = db.prepare('INSERT INTO known_answers VALUES (?, ?)')
  const known = db.prepare<[], { batch: number; idx: number }>(
    'SELECT batch, idx FROM known_answers ORDER BY batch, idx',
  )

  const window: Trust['window'] = (donorKey, number) => {
    edits.list()
    return windows.of(donorKey, number).map(({ batch, index, drawn }): OnTrustRow => {
      return { unit: { batch, index }, donorKey, window: number, drawn }
    })
  }
  /** Rows of this donor's windows from before its last error. */
  const doubtful = (donorKey: DonorKey, limit: number): OnTrustRow[] => {
    const rows: OnTrustRow[] = []
    for (const number of windows.before(donorKey, trusts.get(donorKey).trust.since, limit)) {
      if (rows.length >= limit) break
      rows.push(...window(donorKey, number).slice(0, limit - rows.length))
    }
    return rows
  }
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
    trust: (donorKey) => trusts.get(donorKey).trust,
    saveTrust(donorKey, after) {
      tx.needed()
      const before = trusts.get(donorKey)
      const inDoubt = before.inDoubt || after.since > before.trust.since
      trusts.set(donorKey, { ...before, trust: after, inDoubt })
    },
    onTrust(unit) {
      const onTrust = table.find(unit)?.state.onTrust
      return onTrust && { ...onTrust, unit }
    },
    saveOnTrust({ unit, donorKey, window: number, drawn }) {
      tx.needed()
      edits.saveTrust(unit, { onTrust: { donorKey, window: number, drawn } })
    },
    removeOnTrust(unit) {
      tx.needed()
      edits.saveTrust(unit, { onTrust: undefined })
    },
    window,
    inDoubt(limit) {
      tx.needed()
      edits.list()
      const rows: OnTrustRow[] = []
      for (const donorKey of [...trusts.doubted]) {
        if (rows.length >= limit) break
        const own = doubtful(donorKey, limit - rows.length)
        if (own.length === 0) trusts.set(donorKey, { ...trusts.get(donorKey), inDoubt: false })
        rows.push(...own)
      }
      return rows
    },
    openWindows(before, limit) {
      const found: DonorKey[] = []
      for (const [donorKey, openedAt] of trusts.open) {
        if (found.length >= limit) break
        if (openedAt < before) found.push(donorKey)
      }
      return found
    },
    windowOpened(donorKey, at) {
      tx.needed()
      trusts.set(donorKey, { ...trusts.get(donorKey), openedAt: at })
    },
    disputed(limit) {
      edits.list()
      return pools.disputed.first(limit)
    },
    disputants: (unit) => table.find(unit)?.state.disputants ?? [],
    addDispute(unit, donorKeys) {
      tx.needed()
      const before = table.find(unit)?.state.disputants
      const added = donorKeys.filter((donorKey) => before?.includes(donorKey) !== true)
      if (!before || added.length > 0) edits.saveTrust(unit, { disputants: [...(before ?? []), ...added] })
    },
    endDispute(unit) {
      tx.needed()
      if (table.find(unit)?.state.disputants) edits.saveTrust(unit, { disputants: undefined })
    },
  }
}
