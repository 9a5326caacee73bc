import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { UNSENT, moveUnit } from '../../../../src-main/domain/work-unit.ts'
import { openPublisherStore } from '../../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type { GrantRow, PublisherStore } from '../../../../src-main/engine/ports.ts'
import { hex, tempPublisherStore, unitAt } from '../../../support/publisher-store.ts'
import { DONORS, UNITS, apply, step } from '../../../support/store-steps.ts'
import { storeView } from '../../../support/store-view.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const view = (store: PublisherStore): unknown => storeView(store, UNITS, DONORS)

/** Opens the files as a kill would leave them. */
function killed(file: string): PublisherStore {
  const copy = join(tempDir(), 'publisher.sqlite')
  for (const ending of ['', '-wal']) if (existsSync(file + ending)) copyFileSync(file + ending, copy + ending)
  const store = openPublisherStore(copy)
  onTestFinished(() => store.close())
  return store
}

function expectRefused(store: PublisherStore, grant: GrantRow): void {
  expect(() => {
    store.transact(() => {
      store.addGrant(grant)
    })
  }).toThrow(/grant .* already/)
}

it('holds the same after a kill, a restart and a transaction that failed', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 100, size: 'max' }), (steps) => {
      const opened = tempPublisherStore({ count: UNITS })
      for (const each of steps) {
        const before = view(opened.store)
        expect(() =>
          opened.store.transact(() => {
            apply(opened.store, each)
            // Looking at the pools lists what the transaction has changed so far.
            view(opened.store)
            throw new Error('cut')
          }),
        ).toThrow('cut')
        expect(view(opened.store)).toEqual(before)
        opened.store.transact(() => {
          apply(opened.store, each)
        })
        if (each.what === 'restart') opened.reopen()
      }
      const after = view(opened.store)
      const dead = killed(opened.file)
      expect(view(dead)).toEqual(after)
      expect(view(opened.reopen())).toEqual(after)
      const doubtful = [dead, opened.store].map((store) => {
        const rows = store.transact(() => store.inDoubt(100))
        return rows.map(({ unit, donorKey, window }) => [unit.index, donorKey, window].join()).sort()
      })
      expect(doubtful[0]).toEqual(doubtful[1])
      for (const grant of dead.grants()) for (const store of [dead, opened.store]) expectRefused(store, grant)
      const fresh = [dead, opened.store].map((store) => store.transact(() => store.takeFresh(0, UNITS)))
      expect(fresh[0]).toEqual(fresh[1])
      expect(fresh[0]?.every((unit) => opened.store.unit(unit).state === 'unsent')).toBe(true)
    }),
    { seed: 77, numRuns: 30 },
  )
})

it('answers several requests of one donor in one transaction by what it holds by then', () => {
  const { store } = tempPublisherStore()
  store.transact(() => {
    for (const unit of store.takeFresh(0, 2)) {
      store.saveUnit(unit, UNSENT, moveUnit(UNSENT, { kind: 'leased', quorum: 2 }), 1)
      store.saveCopy(undefined, { unit, donorKey: DONORS[0]!, standing: 'leased', expiresAt: 1 })
    }
    expect(store.donor(DONORS[0]!).leased).toBe(2)
    expect(store.waiting(10)).toBe(2)
  })
  expect(store.donor(DONORS[0]!).leased).toBe(2)
})

/** Takes the next unit and gives it an output that fills a part of the log. */
function addLongOutput(store: PublisherStore, index: number): void {
  store.transact(() => {
    const [unit] = store.takeFresh(0, 1)
    store.saveUnit(unit!, UNSENT, moveUnit(UNSENT, { kind: 'leased', quorum: 2 }), 1)
    const stdout = new Uint8Array(200_000).fill(index)
    store.addOutput({ unit: unit!, digest: hex(index), outcome: 'ok', exitCode: 0, fuel: 1n, stdout })
  })
}
const longOutputs = (from: PublisherStore, count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => from.output(unitAt(index), hex(index))?.stdout[0])
const counted = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

it('writes the rows of a long log by itself, and goes on', () => {
  const opened = tempPublisherStore({ count: 100, maxOutputBytes: 200_000 })
  for (let index = 0; index < 40; index++) addLongOutput(opened.store, index)
  expect(longOutputs(opened.store, 40)).toEqual(counted(40))
  expect(longOutputs(killed(opened.file), 40)).toEqual(counted(40))
  expect(longOutputs(opened.reopen(), 40)).toEqual(counted(40))
})

it('has in its replica whatever was committed, in the log or in rows', () => {
  const { store } = tempPublisherStore({ count: 200, maxOutputBytes: 200_000 })
  const copyFile = join(tempDir(), 'copy.sqlite')
  const failures: unknown[] = []
  store.replicate(copyFile, (error) => failures.push(error))
  for (let index = 0; index < 120; index++) {
    addLongOutput(store, index)
    if (index % 10 > 0) continue
    const restored = killed(copyFile)
    expect(longOutputs(restored, index + 1)).toEqual(counted(index + 1))
    expect(view(restored)).toEqual(view(store))
  }
  expect(failures).toEqual([])
})

it('takes losing outputs off the disk, whether they had got there or not', () => {
  const opened = tempPublisherStore()
  const addOutput = (n: number): void => {
    const output = {
      unit: unitAt(0),
      outcome: 'ok',
      exitCode: 0,
      fuel: 1n,
      stdout: new Uint8Array(9),
    } as const
    opened.store.transact(() => {
      opened.store.addOutput({ ...output, digest: hex(n) })
    })
  }
  opened.store.transact(() => {
    const [unit] = opened.store.takeFresh(0, 1)
    opened.store.saveUnit(unit!, UNSENT, moveUnit(UNSENT, { kind: 'leased', quorum: 2 }), 1)
  })
  addOutput(1)
  addOutput(2)
  opened.reopen()
  addOutput(3)
  opened.store.transact(() => {
    opened.store.keepOutput(unitAt(0), hex(1))
  })
  opened.reopen()
  const db = new Database(opened.file, { readonly: true })
  onTestFinished(() => void db.close())
  expect(db.prepare('SELECT lower(hex(digest)) FROM outputs').pluck().all()).toEqual([hex(1)])
})
