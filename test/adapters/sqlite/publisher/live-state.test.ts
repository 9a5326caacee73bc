import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import type { Hex32 } from '../../../../src-main/domain/ids.ts'
import { UNSENT, moveUnit } from '../../../../src-main/domain/work-unit.ts'
import { openPublisherStore } from '../../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type { CopyRow, CopyStanding, GrantRow, PublisherStore } from '../../../../src-main/engine/ports.ts'
import { donorKey, hex, tempPublisherStore, unitAt } from '../../../support/publisher-store.ts'
import { storeView } from '../../../support/store-view.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const UNITS = 6
const DONORS = [1, 2, 3].map(donorKey)
const view = (store: PublisherStore): unknown => storeView(store, UNITS, DONORS)

const STEPS = ['lease', 'lease', 'answer', 'answer', 'verify', 'grant', 'seal', 'lapse', 'restart'] as const
const step = fc.record({
  what: fc.constantFrom(...STEPS),
  donor: fc.nat(DONORS.length - 1),
  index: fc.nat(UNITS - 1),
  digest: fc.nat(1),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The first copy that stands like this, from this donor and unit on: most steps should find something to do. */
function copyThatIs(
  store: PublisherStore,
  standing: CopyStanding,
  { donor, index }: Step,
): CopyRow | undefined {
  const places = Array.from(
    { length: UNITS * DONORS.length },
    (_, offset) => index * DONORS.length + donor + offset,
  )
  const copies = places.map((place) =>
    store.copy(unitAt(Math.floor(place / DONORS.length) % UNITS), DONORS[place % DONORS.length]!),
  )
  return copies.find((copy) => copy?.standing === standing)
}

function lease(store: PublisherStore, { donor: number, index }: Step): void {
  const donor = DONORS[number]!
  const [fresh] = store.takeFresh(0, 1)
  const unit = fresh ?? unitAt(index)
  const before = fresh ? UNSENT : store.unit(unit)
  const held = store.copy(unit, donor)
  if (before.state === 'verified' || (held && held.standing !== 'lapsed')) return
  store.saveUnit(unit, before, moveUnit(before, { kind: 'leased', quorum: 2 }), 10 + unit.index)
  const row = { unit, donorKey: donor, expiresAt: 100 * unit.index, deviceKey: hex(9) }
  store.saveCopy(held, { ...row, standing: 'leased' })
}

function answer(store: PublisherStore, copy: CopyRow, digest: Hex32): void {
  const { unit } = copy
  const work = store.unit(unit)
  if (work.state !== 'leased') return
  store.addOutput({
    unit,
    digest,
    outcome: 'ok',
    exitCode: 0,
    fuel: 5n,
    stdout: new Uint8Array([unit.index]),
  })
  store.saveCopy(copy, { ...copy, standing: 'pending', answeredAt: 70, digest })
  const verdict = { kind: 'undecided', copiesWanted: 1 } as const
  store.saveUnit(unit, work, moveUnit(work, { kind: 'voted', held: true, verdict }), 0)
}

function verify(store: PublisherStore, { unit, digest }: CopyRow): void {
  const work = store.unit(unit)
  const verdict = { kind: 'verified', digest: digest!, agreeing: [], losing: [] } as const
  store.saveUnit(unit, work, moveUnit(work, { kind: 'voted', held: false, verdict }), 0)
  for (const vote of store.votes(unit))
    store.saveCopy(vote, { ...vote, standing: vote.digest === digest ? 'verified' : 'rejected' })
  store.keepOutput(unit, digest!)
  store.addVerified(unit, 200)
}

function seal(store: PublisherStore): void {
  const [grant] = store.unsealed(1)
  if (!grant) return
  const { donorKey: donor, fuel } = grant
  const last = store.lastRecord(donor)
  const sequence = last ? last.sequence + 1 : 0
  const amounts = { units: 1, fuel, cumulativeFuel: (last?.cumulativeFuel ?? 0n) + fuel }
  const record = { sequence, donorKey: donor, at: 1, ...amounts, unitsRoot: hex(5) }
  const bounds = { firstGrant: grant.grant, lastGrant: grant.grant }
  store.addSealed([{ epoch: 0, index: store.ledgerTotals().records, ...bounds, record }], grant.grant)
}

/** What the roles do in one transaction, roughly; a step that makes no sense at the time does nothing. */
function apply(store: PublisherStore, step: Step): void {
  const { what } = step
  const leased = copyThatIs(store, 'leased', step)
  const pending = copyThatIs(store, 'pending', step)
  const verified = copyThatIs(store, 'verified', step)
  if (what === 'lease') lease(store, step)
  else if (what === 'seal') seal(store)
  else if (what === 'answer' && leased) answer(store, leased, hex(step.digest))
  else if (what === 'verify' && pending) verify(store, pending)
  else if (what === 'grant' && verified) {
    const { unit, donorKey: donor } = verified
    const isSame = (each: GrantRow): boolean => each.donorKey === donor && each.unit.index === unit.index
    if (![...store.grants()].some(isSame)) store.addGrant({ unit, donorKey: donor, fuel: 5n })
  } else if (what === 'lapse' && leased) {
    const work = store.unit(leased.unit)
    store.saveCopy(leased, { ...leased, standing: 'lapsed' })
    store.saveUnit(leased.unit, work, moveUnit(work, { kind: 'lapsed', held: true }), 0)
  }
}

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
    fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
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
      for (const grant of dead.grants()) for (const store of [dead, opened.store]) expectRefused(store, grant)
      const fresh = [dead, opened.store].map((store) => store.transact(() => store.takeFresh(0, UNITS)))
      expect(fresh[0]).toEqual(fresh[1])
      expect(fresh[0]?.every((unit) => opened.store.unit(unit).state === 'unsent')).toBe(true)
    }),
    { seed: 31, numRuns: 25 },
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
