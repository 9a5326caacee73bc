import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorCode } from '../../../src-main/domain/errors.ts'
import type { ProjectKey, UnitId } from '../../../src-main/domain/ids.ts'
import { DEFAULT_PREFERENCES } from '../../../src-main/domain/preferences.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import type { DonorStore, StoredResult } from '../../../src-main/engine/ports.ts'
import { hex, unitAt } from '../../support/publisher-store.ts'
import { tempDir } from '../../support/temp-dir.ts'

const P = hex<ProjectKey>(0xa)
const Q = hex<ProjectKey>(0xb)
const project = (projectKey: ProjectKey, joinedAt = 1) => ({
  projectKey,
  link: `powerswarm://${projectKey}`,
  joinedAt,
  name: 'Primes',
  purpose: 'Find them',
})
const lease = (unit: UnitId, expiresAt = 100) => ({ projectKey: P, unit, expiresAt })
const result = (unit: UnitId, changes: Partial<StoredResult> = {}): StoredResult => ({
  projectKey: P,
  unit,
  appName: 'mersenne',
  args: ['7', 'ä'],
  run: { outcome: 'ok', exitCode: 0, fuel: 10n, stdout: new Uint8Array([1, 2]), stderr: new Uint8Array() },
  state: 'computed',
  finishedAt: 50,
  ...changes,
})
const grant = (sequence: number, units: UnitId[], fuel: bigint, cumulativeFuel: bigint) =>
  [
    { sequence, epoch: 0, index: sequence * 3, units },
    { sequence, donorKey: hex(1), at: 9, units: units.length, fuel, cumulativeFuel, unitsRoot: hex(2) },
  ] as const

function temp(): { store: DonorStore; reopen(): DonorStore } {
  const file = join(tempDir(), 'donor.sqlite')
  const open = (): DonorStore => openDonorStore(file, { log: () => undefined })
  const opened = {
    store: open(),
    reopen: () => {
      opened.store.close()
      opened.store = open()
      return opened.store
    },
  }
  onTestFinished(() => opened.store.close())
  opened.store.saveProject(project(P))
  return opened
}

describe('the donor’s preferences', () => {
  it('are the defaults until something is saved, and stay saved', () => {
    const opened = temp()
    expect(opened.store.preferences()).toEqual(DEFAULT_PREFERENCES)
    opened.store.savePreferences({ ...DEFAULT_PREFERENCES, cores: 3 })
    expect(opened.reopen().preferences()).toEqual({ ...DEFAULT_PREFERENCES, cores: 3 })
  })
})

describe('joined projects', () => {
  it('come back in the order of joining, with their newest names', () => {
    const opened = temp()
    opened.store.saveProject(project(Q, 0))
    opened.store.saveProject({ ...project(P), name: 'Larger primes' })
    expect(
      opened
        .reopen()
        .projects()
        .map(({ name }) => name),
    ).toEqual(['Primes', 'Larger primes'])
  })

  it('take leases and unsent results with them when left; granted history stays', () => {
    const { store } = temp()
    store.addLeases([lease(unitAt(1))])
    store.addResult(result(unitAt(2)))
    store.addResult(result(unitAt(3), { state: 'pending' }))
    store.addResult(result(unitAt(4)))
    store.addGrant(P, ...grant(0, [unitAt(4)], 10n, 10n))
    store.removeProject(P)
    expect(store.projects()).toEqual([])
    expect(store.leases(P)).toEqual([])
    expect(store.recentResults(10).map(({ unit, state }) => [unit.index, state])).toEqual([
      [4, 'verified'],
      [3, 'pending'],
    ])
    expect(store.granted(P).units).toBe(1)
  })
})

describe('leases', () => {
  it('keep their order and leave what is leased or computed already as it is', () => {
    const opened = temp()
    opened.store.addResult(result(unitAt(9)))
    opened.store.addLeases([lease(unitAt(5)), lease(unitAt(2))])
    opened.store.addLeases([lease(unitAt(5), 999), lease(unitAt(9)), lease(unitAt(1))])
    expect(opened.reopen().leases(P)).toEqual([lease(unitAt(5)), lease(unitAt(2)), lease(unitAt(1))])
    opened.store.removeLease(P, unitAt(2))
    expect(opened.store.leases(P).map(({ unit }) => unit.index)).toEqual([5, 1])
  })
})

describe('results', () => {
  it.each([
    ['units', { type: 'cancel', batch: 0, indexes: [1, 7] }, [1]],
    ['a batch', { type: 'cancel', batch: 0, indexes: [] }, [1, 2]],
    ['everything', { type: 'close', at: 5 }, [1, 2, 4]],
  ] as const)('of %s that its publisher took back are pending no more', (_what, ended, uncounted) => {
    const { store } = temp()
    const units = [unitAt(1), unitAt(2), unitAt(3), { batch: 1, index: 4 }]
    for (const unit of units)
      store.addResult(result(unit, { state: unit.index === 3 ? 'computed' : 'pending' }))
    store.addResult(result(unitAt(1), { projectKey: Q, state: 'pending' }))
    store.endPending(P, ended)
    store.endPending(P, ended)
    expect(
      units.flatMap((unit) => (store.result(P, unit)?.state === 'uncounted' ? [unit.index] : [])),
    ).toEqual(uncounted)
    expect(store.pending(P).units).toBe(units.length - uncounted.length)
    expect(store.pending(Q).units).toBe(1)
  })

  it('of a unit that was taken back after it counted are verified when the grant comes', () => {
    const { store } = temp()
    store.addResult(result(unitAt(1), { state: 'pending' }))
    store.endPending(P, { type: 'close', at: 5 })
    store.addGrant(P, ...grant(0, [unitAt(1)], 10n, 10n))
    expect(store.result(P, unitAt(1))?.state).toBe('verified')
  })

  it('end the lease and come back unchanged, whatever the outcome', () => {
    const opened = temp()
    opened.store.addLeases([lease(unitAt(1))])
    const ok = result(unitAt(1), {
      run: { ...result(unitAt(1)).run, fuel: 2n ** 62n + 1n, reason: 'line', stderr: new Uint8Array([5]) },
    })
    opened.store.addResult(ok)
    const trap = result(unitAt(2), {
      run: { outcome: 'trap', fuel: 1n, stdout: new Uint8Array(), stderr: new Uint8Array() },
    })
    opened.store.addResult(trap)
    const store = opened.reopen()
    expect(store.leases(P)).toEqual([])
    expect([store.result(P, unitAt(1)), store.result(P, unitAt(2))]).toEqual([ok, trap])
    expect(store.result(Q, unitAt(1))).toBeUndefined()
  })

  it('are unsent until they are acknowledged, oldest first', () => {
    const { store } = temp()
    for (const index of [3, 1, 2]) store.addResult(result(unitAt(index)))
    store.markResult(P, unitAt(3), 'sent')
    store.markResult(P, unitAt(1), 'pending')
    expect(store.unsent(P, 10).map(({ unit }) => unit.index)).toEqual([3, 2])
    expect(store.unsent(P, 1)).toHaveLength(1)
    expect(store.pending(P)).toEqual({ fuel: 30n, units: 3 })
    expect(store.recentResults(2).map(({ unit }) => unit.index)).toEqual([2, 1])
    store.addResult(result(unitAt(7), { run: { ...result(unitAt(7)).run, fuel: 2n ** 62n } }))
    store.addResult(result(unitAt(8), { run: { ...result(unitAt(8)).run, fuel: 2n ** 62n + 5n } }))
    expect(store.pending(P)).toEqual({ fuel: 2n ** 63n + 35n, units: 5 })
  })

  it('stay as they were decided, but a grant outdoes a rejection', () => {
    const { store } = temp()
    store.addResult(result(unitAt(1)))
    store.markResult(P, unitAt(1), 'rejected')
    store.markResult(P, unitAt(1), 'pending')
    expect(store.result(P, unitAt(1))?.state).toBe('rejected')
    store.addGrant(P, ...grant(0, [unitAt(1)], 10n, 10n))
    store.markResult(P, unitAt(1), 'rejected')
    expect(store.result(P, unitAt(1))?.state).toBe('verified')
    expect(store.pending(P)).toEqual({ fuel: 0n, units: 0 })
  })

  it('may end without being counted', () => {
    const opened = temp()
    opened.store.addResult(result(unitAt(1)))
    opened.store.markResult(P, unitAt(1), 'uncounted')
    const store = opened.reopen()
    expect(store.result(P, unitAt(1))?.state).toBe('uncounted')
    expect(store.pending(P)).toEqual({ fuel: 0n, units: 0 })
  })

  it('of a unit that another machine was granted are verified at once', () => {
    const { store } = temp()
    store.addGrant(P, ...grant(0, [unitAt(6)], 10n, 10n))
    store.addResult(result(unitAt(6)))
    expect(store.result(P, unitAt(6))?.state).toBe('verified')
  })

  it('cannot be saved twice for one unit', () => {
    const { store } = temp()
    store.addResult(result(unitAt(1)))
    store.markResult(P, unitAt(1), 'pending')
    store.addResult(result(unitAt(1), { finishedAt: 99 }))
    expect(store.result(P, unitAt(1))).toMatchObject({ state: 'pending', finishedAt: 50 })
  })
})

describe('grants', () => {
  it('are taken back by later records, and their results are rejected', () => {
    const opened = temp()
    opened.store.addResult(result(unitAt(1)))
    opened.store.addGrant(P, ...grant(0, [unitAt(1), unitAt(2)], 20n, 20n))
    expect(opened.store.result(P, unitAt(1))?.state).toBe('verified')
    const [notice, record] = grant(1, [unitAt(1)], 15n, 5n)
    opened.store.addGrant(P, notice, { ...record, revokes: true })
    const store = opened.reopen()
    expect(store.granted(P)).toEqual({ nextSequence: 2, cumulativeFuel: 5n, units: 1 })
    expect(store.grantedUnits(P)).toEqual([unitAt(2)])
    expect(store.result(P, unitAt(1))?.state).toBe('rejected')
  })

  it('add up in sequence, each once', () => {
    const opened = temp()
    opened.store.addGrant(P, ...grant(0, [unitAt(1), unitAt(2)], 20n, 20n))
    opened.store.addGrant(P, ...grant(0, [unitAt(7)], 99n, 99n))
    opened.store.addGrant(P, ...grant(1, [unitAt(3)], 2n ** 60n, 2n ** 60n + 20n))
    const store = opened.reopen()
    expect(store.granted(P)).toEqual({ nextSequence: 2, cumulativeFuel: 2n ** 60n + 20n, units: 3 })
    expect(store.grantedUnits(P)).toEqual([unitAt(1), unitAt(2), unitAt(3)])
    expect(store.granted(Q)).toEqual({ nextSequence: 0, cumulativeFuel: 0n, units: 0 })
  })

  it('are refused out of sequence', () => {
    const { store } = temp()
    try {
      store.addGrant(P, ...grant(1, [unitAt(1)], 1n, 1n))
      expect.unreachable()
    } catch (error) {
      expect(errorCode(error)).toBe('bad-record')
    }
    expect(store.grantedUnits(P)).toEqual([])
  })
})
