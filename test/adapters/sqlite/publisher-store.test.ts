import { describe, expect, it } from 'vitest'
import { UNSENT, moveUnit, type WorkUnit } from '../../../src-main/domain/work-unit.ts'
import type { CopyRow, PublisherStore } from '../../../src-main/engine/ports.ts'
import { describeCoreJournal } from '../../engine/core-journal-suite.ts'
import { aBatch, anApp, donorKey, hex, tempPublisherStore, unitAt } from '../../support/publisher-store.ts'

const leasedUnit = moveUnit(UNSENT, { kind: 'leased', quorum: 2 })
const A = donorKey(1)
const B = donorKey(2)

/** Hands fresh units to a donor, as the role does; lottery numbers are 10, 20, 30, … */
function leaseFresh(store: PublisherStore, count: number, donor = A, expiresAt = 1000): void {
  store.transact(() => {
    for (const unit of store.takeFresh(0, count)) {
      store.saveUnit(unit, UNSENT, leasedUnit, (unit.index + 1) * 10)
      store.saveCopy(undefined, { unit, donorKey: donor, standing: 'leased', expiresAt })
    }
  })
}

function answer(store: PublisherStore, index: number, standing: CopyRow['standing'], donor = A): void {
  const unit = unitAt(index)
  const before = store.copy(unit, donor)
  store.transact(() => {
    store.saveCopy(before, {
      unit,
      donorKey: donor,
      standing,
      expiresAt: 1000,
      answeredAt: 5,
      digest: hex(7),
    })
  })
}

describe('the journal in the publisher’s file', () => {
  describeCoreJournal(() => tempPublisherStore().store)

  it('survives a restart, and rows of a failed transaction do not', () => {
    const opened = tempPublisherStore()
    opened.store.record('ledger', [new Uint8Array([1])])
    expect(() =>
      opened.store.transact(() => {
        opened.store.record('ledger', [new Uint8Array([2])])
        throw new Error('cut')
      }),
    ).toThrow('cut')
    const store = opened.reopen()
    expect([store.length('ledger'), store.from('ledger', 0).length]).toEqual([1, 1])
  })
})

describe('the publisher’s store', () => {
  it('gives back apps, modules, batches and settings after a restart', () => {
    const store = tempPublisherStore({ maxFuel: 2n ** 62n }).reopen()
    expect(store.apps()).toEqual([anApp()])
    expect(store.originalModule(0)).toEqual(new Uint8Array([0, 1, 2, 3]))
    expect(store.originalModule(1)).toBeUndefined()
    expect(store.batches()).toEqual([aBatch({ maxFuel: 2n ** 62n })])
  })

  it('keeps which apps have checkpoints', () => {
    const opened = tempPublisherStore()
    const app = { ...anApp(1), checkpoint: true }
    opened.store.addApp(app, new Uint8Array([0, 1, 2, 3]))
    expect(opened.reopen().apps()).toEqual([anApp(), app])
  })

  it('hands every fresh unit out once, restarts included', () => {
    const opened = tempPublisherStore()
    leaseFresh(opened.store, 4)
    const store = opened.reopen()
    store.transact(() => {
      expect(store.takeFresh(0, 100).map(({ index }) => index)).toEqual([4, 5, 6, 7, 8, 9])
      expect(store.takeFresh(0, 100)).toEqual([])
    })
  })

  it.each<[string, WorkUnit]>([
    ['leased', { state: 'leased', live: 2, votes: 1, failures: 1, wanted: 3 }],
    ['verified', { state: 'verified', digest: hex(9) }],
    ['accepted on trust', { state: 'trusted', digest: hex(7) }],
    ['released', { state: 'released', digest: hex(7) }],
    ['inconclusive', { state: 'inconclusive' }],
    ['suspended', { state: 'suspended' }],
  ])('keeps a unit that is %s', (_, work) => {
    const opened = tempPublisherStore()
    leaseFresh(opened.store, 1)
    opened.store.transact(() => opened.store.saveUnit(unitAt(0), leasedUnit, work, 0))
    expect(opened.reopen().unit(unitAt(0))).toEqual(work)
    expect(opened.store.unit(unitAt(5))).toEqual(UNSENT)
  })

  it('refuses to change units outside a transaction', () => {
    const { store } = tempPublisherStore()
    expect(() => store.saveUnit(unitAt(0), UNSENT, leasedUnit, 1)).toThrow('transaction')
  })

  it('counts units by state and copies by donor, and forgets counts of a failed transaction', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 3)
    const pending: WorkUnit = { state: 'leased', live: 0, votes: 1, failures: 0, wanted: 1 }
    store.transact(() => {
      store.saveUnit(unitAt(0), leasedUnit, pending, 0)
      store.saveUnit(unitAt(1), leasedUnit, { state: 'suspended' }, 0)
    })
    answer(store, 0, 'pending')
    expect(() =>
      store.transact(() => {
        store.saveUnit(unitAt(2), leasedUnit, { state: 'inconclusive' }, 0)
        store.saveCopy(undefined, {
          unit: unitAt(2),
          donorKey: donorKey(9),
          standing: 'leased',
          expiresAt: 1,
        })
        throw new Error('cut')
      }),
    ).toThrow('cut')
    leaseFresh(store, 1, B)
    const none = { verified: 0, trusted: 0, released: 0, inconclusive: 0 }
    const counts = { ...none, leased: 2, pending: 1, suspended: 1 }
    expect(store.counts()).toEqual([{ batch: 0, ...counts }])
    expect(store.donor(A)).toEqual({ leased: 2, verified: 0, rejected: 0 })
    expect(store.donor(donorKey(9))).toEqual({ leased: 0, verified: 0, rejected: 0 })
  })

  it('finds units that want a copy in lottery order, passing over the donor’s own', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 3, A)
    leaseFresh(store, 2, B)
    const search = { donorKey: B, from: 0, scan: 100, limit: 100, votedOnly: false }
    const indexes = (changes: object): number[] =>
      store.wanting({ ...search, ...changes }).found.map(({ unit }) => unit.index)
    expect(indexes({})).toEqual([0, 1, 2])
    expect(indexes({ from: 15 })).toEqual([1, 2])
    expect(indexes({ limit: 2 })).toEqual([0, 1])
    expect(indexes({ scan: 1 })).toEqual([0])
    expect(indexes({ donorKey: A })).toEqual([3, 4])
    expect(indexes({ donorKey: donorKey(3) })).toEqual([0, 1, 2, 3, 4])
    expect(indexes({ votedOnly: true })).toEqual([])
    expect(store.wanting({ ...search, scan: 2 }).next).toBe(20)
    expect(store.wanting(search).next).toBeUndefined()
    expect([store.waiting(3), store.waiting(100)]).toEqual([3, 5])
  })

  it('offers a unit again to a donor whose lease ran out, not to one that answered', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 2)
    const copy = store.copy(unitAt(0), A)!
    store.transact(() => store.saveCopy(copy, { ...copy, standing: 'lapsed' }))
    answer(store, 1, 'noted')
    const search = { donorKey: A, from: 0, scan: 100, limit: 100, votedOnly: false }
    expect(store.wanting(search).found.map(({ unit }) => unit.index)).toEqual([0])
  })

  it('finds overdue copies, oldest first', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 1, A, 300)
    leaseFresh(store, 1, B, 100)
    leaseFresh(store, 1, A, 500)
    expect(store.overdue(300, 10).map(({ unit }) => unit.index)).toEqual([1, 0])
    expect(store.overdue(300, 1).map(({ donorKey: donor }) => donor)).toEqual([B])
    expect(store.leasedTo(A).map(({ unit }) => unit.index)).toEqual([0, 2])
  })

  it('allows one copy and one grant per (unit, donor), and a grant only for a copy', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 1)
    answer(store, 0, 'verified')
    const again = { unit: unitAt(0), donorKey: A, standing: 'leased' as const, expiresAt: 1 }
    expect(() => store.transact(() => store.saveCopy(undefined, again))).toThrow(/database/)
    const grant = { unit: unitAt(0), donorKey: A, fuel: 5n }
    store.transact(() => store.addGrant(grant))
    expect(() => store.transact(() => store.addGrant(grant))).toThrow(/database/)
    expect(() => store.transact(() => store.addGrant({ ...grant, donorKey: B }))).toThrow(/database/)
    expect([...store.grants()]).toEqual([grant])
  })

  it('keeps outputs once per digest and drops the losing ones', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 1)
    const output = (n: number, fuel: bigint) => ({
      unit: unitAt(0),
      digest: hex(n),
      outcome: 'ok' as const,
      exitCode: 0,
      fuel,
      stdout: new Uint8Array([n]),
    })
    store.transact(() => {
      store.addOutput(output(1, 2n ** 60n + 1n))
      store.addOutput(output(1, 0n))
      store.addOutput(output(2, 5n))
      store.keepOutput(unitAt(0), hex(1))
    })
    expect(store.output(unitAt(0), hex(1))).toEqual(output(1, 2n ** 60n + 1n))
    expect(store.output(unitAt(0), hex(2))).toBeUndefined()
  })

  it('seals each grant once and sums beyond 63 bits', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 3, A)
    for (let index = 0; index < 3; index++) answer(store, index, 'verified')
    const fuel = 2n ** 62n
    const record = (sequence: number, donor = A) => ({
      sequence,
      donorKey: donor,
      at: 1,
      units: 1,
      fuel,
      cumulativeFuel: fuel,
      unitsRoot: hex(5),
    })
    store.transact(() => {
      for (let index = 0; index < 3; index++) store.addGrant({ unit: unitAt(index), donorKey: A, fuel })
    })
    const seal = (grant: number, sequence: number, donor = A): void =>
      store.transact(() =>
        store.addSealed(
          [
            {
              epoch: 0,
              index: grant - 1,
              record: record(sequence, donor),
              firstGrant: grant,
              lastGrant: grant,
            },
          ],
          grant,
        ),
      )
    seal(1, 0)
    expect(() => seal(1, 1)).toThrow('already')
    seal(2, 0, B)
    expect(store.unsealed(10).map(({ grant, unit }) => [grant, unit.index])).toEqual([[3, 2]])
    seal(3, 1)
    expect(store.ledgerTotals()).toEqual({ records: 3, donors: 2, grants: 3, fuel: 3n * fuel })
    const sealed = [0, 1].map((sequence) => store.sealedRecord(A, sequence)!)
    expect(sealed.map((each) => [each.index, store.sealedUnits(each)])).toEqual([
      [0, [unitAt(0)]],
      [2, [unitAt(2)]],
    ])
    expect(store.sealedRecord(A, 2)).toBeUndefined()
    expect(store.lastRecord(A)).toEqual(record(1))
    expect(store.lastRecord(donorKey(9))).toBeUndefined()
  })

  it('tells units without credit, newest first', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 3)
    answer(store, 2, 'rejected')
    answer(store, 0, 'uncounted')
    expect(store.withoutCredit(A, 10)).toEqual([
      { unit: unitAt(0), standing: 'uncounted' },
      { unit: unitAt(2), standing: 'rejected' },
    ])
    expect(store.withoutCredit(A, 1)).toHaveLength(1)
    expect(store.withoutCredit(B, 1)).toEqual([])
    expect(store.donor(A)).toEqual({ leased: 1, verified: 0, rejected: 1 })
  })

  it('knows which machine holds a copy, until it is answered', () => {
    const { store } = tempPublisherStore()
    leaseFresh(store, 1, A, 500)
    store.transact(() => {
      for (const [unit] of [store.takeFresh(0, 1), store.takeFresh(0, 1)]) {
        store.saveUnit(unit!, UNSENT, leasedUnit, 1)
        const copy = { unit: unit!, donorKey: A, standing: 'leased' as const, expiresAt: 300 - unit!.index }
        store.saveCopy(undefined, { ...copy, deviceKey: hex(5) })
      }
    })
    const held = (limit = 10) => store.leasedToDevice(A, hex(5), limit).map(({ unit }) => unit.index)
    expect(held()).toEqual([2, 1])
    expect(held(1)).toEqual([2])
    expect(store.leasedToDevice(A, hex(6), 10)).toEqual([])
    const copy = store.copy(unitAt(1), A)!
    expect(copy.deviceKey).toBe(hex(5))
    store.transact(() => store.saveCopy(copy, { ...copy, standing: 'lapsed' }))
    expect(held()).toEqual([2])
    expect(store.copy(unitAt(1), A)).not.toHaveProperty('deviceKey')
  })

  it('joins nested transactions into one', () => {
    const { store } = tempPublisherStore()
    expect(() =>
      store.transact(() => {
        store.transact(() => store.setSetting('inner', 'x'))
        throw new Error('cut')
      }),
    ).toThrow('cut')
    expect(store.setting('inner')).toBeUndefined()
  })
})
