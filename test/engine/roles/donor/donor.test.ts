import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  bytesToHex,
  hex32,
  type ModuleHash,
  type ProjectKey,
  type UnitId,
} from '../../../../src-main/domain/ids.ts'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { UnitRun } from '../../../../src-main/domain/outcome.ts'
import type { App, Batch } from '../../../../src-main/domain/project.ts'
import { createDigests } from '../../../../src-main/engine/adapters/hyper/digests.ts'
import { openDonorStore } from '../../../../src-main/engine/adapters/sqlite/donor-store.ts'
import type { DonorStore, Timers } from '../../../../src-main/engine/ports.ts'
import { Donor } from '../../../../src-main/engine/roles/donor/donor.ts'
import type { DonorInit } from '../../../../src-main/engine/roles/donor/components.ts'
import { PAUSE_MS } from '../../../../src-main/engine/roles/donor/pause-in-time.ts'
import { checkGrant } from '../../../../src-main/engine/verifier/check-grant.ts'
import { fakeDonorNetwork, utcDay } from '../../../support/fake-donor-network.ts'
import { fakeConnection, type FakeConnection } from '../../../support/fake-project-connection.ts'
import { fakeSnapshotStore } from '../../../support/fake-snapshot-store.ts'
import { fakeSlotHost, type FakeSlotHost } from '../../../support/fake-slot-host.ts'

const projectKey = hex32<ProjectKey>('11'.repeat(32))
const moduleHash = hex32<ModuleHash>('22'.repeat(32))
const app: App = {
  type: 'app',
  app: 0,
  name: 'primes',
  moduleHash,
  moduleBytes: 1,
  moduleCore: hex32('33'.repeat(32)),
  rewriterVersion: 1,
  rewrittenHash: hex32('44'.repeat(32)),
  memoryLimitBytes: 65_536,
}
const batch: Batch = {
  type: 'batch',
  batch: 0,
  app: 0,
  first: 100,
  count: 10,
  args: ['{n}'],
  quorum: 2,
  maxFuel: 1_000_000n,
  maxOutputBytes: 1024,
}
const unit = (index: number): UnitId => ({ batch: 0, index })
const ok = (fuel = 500n): UnitRun => ({
  outcome: 'ok',
  exitCode: 0,
  fuel,
  stdout: new TextEncoder().encode('done\n'),
  stderr: new Uint8Array(),
})
/** What waits for a timer; a test runs it when the time has come. */
let due: (() => void)[] = []
/** The last timer of each length. */
const dueTimers = new Map<number, () => void>()
const stillTimers: Timers = {
  after: (ms, work) => {
    due.push(work)
    dueTimers.set(ms, work)
    return () => {
      due = due.filter((other) => other !== work)
      dueTimers.delete(ms)
    }
  },
  every: () => () => undefined,
}
let joins = 0
let logged: string[] = []
let refuseJoin: PowerswarmError | undefined
const digests = createDigests()
const masterKey = new Uint8Array(32).fill(7)
const donorKey = bytesToHex(digests.donorKeyPair(masterKey, projectKey).publicKey)

let dir: string
let store: DonorStore
let slots: FakeSlotHost
let connection: FakeConnection
let donor: Donor

function openDonor(init: Partial<DonorInit> = {}, units = [0, 1, 2, 3].map(unit)): Donor {
  store = openDonorStore(join(dir, 'donor.sqlite'), { log: () => undefined })
  store.savePreferences({ ...store.preferences(), idleSeconds: 3, cores: 1 })
  slots = fakeSlotHost()
  connection = fakeConnection({ projectKey, donorKey, units, digests, expiresAt: 1e12 })
  return new Donor(
    {
      store,
      network: fakeDonorNetwork(() => {
        joins++
        return refuseJoin ? Promise.reject(refuseJoin) : Promise.resolve(connection)
      }),
      slotHost: slots,
      snapshots: fakeSnapshotStore(),
      digests,
      host: { coresOnline: () => 2, localDay: utcDay, moduleHash: () => moduleHash },
      clock: { now: () => 1000, monotonicMs: () => 1000 },
      timers: stillTimers,
      log: (_level, event) => void logged.push(event),
      randomWord: () => 7,
      checkEvidence: (file) => (file[0] === 1 ? { epoch: file[1] ?? 0, length: 9 } : 'it is void'),
      checkGrant: (record, notice, expected) => checkGrant(record, notice, expected, digests),
    },
    { masterKey, engineLabel: 'test', ...init },
    { kind: 'unattended' },
  )
}

async function join1(): Promise<void> {
  await donor.join({ projectKey }, 'powerswarm://test')
  connection.say({
    type: 'project',
    name: 'Demo',
    purpose: 'To test',
    boxKey: hex32('55'.repeat(32)),
    createdAt: 0,
  })
  connection.say(app)
  connection.say(batch)
}
const runs = () => slots.slots.flatMap((slot) => slot.runs)
const finishOne = async (run: UnitRun = ok()): Promise<void> => {
  const before = runs().length
  slots.slots.at(-1)!.end(run)
  await vi.waitFor(() => {
    expect(runs().length).toBeGreaterThan(before)
  })
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-donor-'))
  due = []
  joins = 0
  logged = []
  refuseJoin = undefined
  donor = openDonor()
})
afterEach(async () => {
  await donor.close()
  store.close()
  rmSync(dir, { recursive: true })
})

describe('the donor', () => {
  it('waits for a project, then computes leased units in order with the batch’s arguments', async () => {
    await donor.start(() => ({ projectKey }))
    expect(donor.state.status).toEqual({ kind: 'waiting', reason: 'no-project' })
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    expect(runs()[0]).toMatchObject({ args: ['100'], maxFuel: 1_000_000n })
    await finishOne()
    expect(runs()[1]).toMatchObject({ args: ['101'] })
    expect(donor.state.projects[0]).toMatchObject({ name: 'Demo', purpose: 'To test' })
  })

  it('loads a module once per slot and promises the slot the manifest’s hash', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    expect(slots.slots[0]!.loads).toHaveLength(1)
    expect(slots.slots[0]!.loads[0]).toMatchObject({ rewrittenHash: app.rewrittenHash })
    // For the slot, and ahead of it when the unit was leased.
    expect(connection.moduleRequests).toBe(2)
  })

  it('leases ahead: more units lie ready than slots compute', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    expect(connection.leaseRequests[0]!.units).toBeGreaterThan(1)
  })

  it('shows credit only when the ledger backs it', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    await vi.waitFor(() => {
      expect(connection.submitted).toHaveLength(1)
    })
    expect(donor.state.credit).toMatchObject({ counted: 0n, pending: 500n })
    connection.grant([unit(0)], 500n)
    await vi.waitFor(() => {
      expect(donor.state.credit).toEqual({ counted: 500n, pending: 0n, unitsVerified: 1, unitsPending: 0 })
    })
    expect(donor.state.results[0]).toMatchObject({ unit: '0.0', state: 'verified', summary: 'done' })
  })

  it('keeps the first evidence about each ledger, and says so', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    connection.showFork(Uint8Array.of(0, 3))
    expect(donor.state.projects[0]).not.toHaveProperty('signedTwice')
    for (const epoch of [3, 3, 0]) connection.showFork(Uint8Array.of(1, epoch, 5))
    expect(donor.state.projects[0]?.signedTwice?.map(({ about }) => about).sort()).toEqual([
      'ledger 0',
      'ledger 3',
    ])
    expect(donor.evidence(projectKey)).toHaveLength(2)
    expect(donor.evidence(projectKey)).toContainEqual(Uint8Array.of(1, 3, 5))
  })

  it('goes on with its total in a new ledger that repeats the old one', async () => {
    await join1()
    connection.grant([unit(0)], 5n)
    connection.grant([unit(1)], 6n)
    await vi.waitFor(() => {
      expect(donor.state.credit.counted).toBe(11n)
    })
    connection.renewLedger(1)
    connection.grant([unit(2)], 7n)
    await vi.waitFor(() => {
      expect(donor.state.credit.counted).toBe(18n)
    })
    expect(store.lastGrant(projectKey)).toMatchObject({ epoch: 1, index: 2, sequence: 2 })
  })

  it('holds its last record from the new ledger, so that receipts come from there', async () => {
    await join1()
    connection.grant([unit(0)], 5n)
    await vi.waitFor(() => {
      expect(store.lastGrant(projectKey)).toMatchObject({ epoch: 0 })
    })
    connection.renewLedger(1)
    connection.grantedAgain()
    await vi.waitFor(() => {
      expect(store.lastGrant(projectKey)).toMatchObject({ epoch: 1, index: 0, cumulativeFuel: 5n })
    })
  })

  it('takes nothing from a new ledger that tells another story of its credit', async () => {
    await join1()
    connection.grant([unit(0)], 5n)
    await vi.waitFor(() => {
      expect(donor.state.credit.counted).toBe(5n)
    })
    connection.renewLedger(1, { cumulativeFuel: 4n, fuel: 4n })
    connection.grant([unit(1)], 7n, { cumulativeFuel: 12n })
    await vi.waitFor(() => {
      expect(logged).toContain('publisher-call-failed')
    })
    expect(donor.state.credit.counted).toBe(5n)
    expect(store.lastGrant(projectKey)).toMatchObject({ epoch: 0 })
  })

  it('has a receipt of the last grant, also for a project that was left', async () => {
    await join1()
    await expect(donor.receipt(projectKey)).rejects.toMatchObject({ code: 'not-found' })
    connection.grant([unit(0)], 5n)
    connection.grant([unit(1)], 5n)
    await vi.waitFor(() => {
      expect(donor.state.credit.counted).toBe(10n)
    })
    expect(await donor.receipt(projectKey)).toEqual(Uint8Array.of(0, 1))
    await donor.leave(projectKey)
    expect(await donor.receipt(projectKey)).toEqual(Uint8Array.of(0, 1))
  })

  it.each([
    ['names another donor', { donorKey: hex32('66'.repeat(32)) }],
    ['grants other units', { unitsRoot: hex32('66'.repeat(32)) }],
    ['skips a sequence', { sequence: 5 }],
    ['adds up wrongly', { cumulativeFuel: 9_999n }],
  ])('counts nothing for a ledger record that %s', async (_name, change) => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    connection.grant([unit(0)], 500n, change)
    await vi.waitFor(() => {
      expect(connection.submitted).toHaveLength(1)
    })
    expect(donor.state.credit.counted).toBe(0n)
  })

  it('keeps results on disk while the publisher is away and sends them on its return', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    connection.setState('offline')
    await finishOne()
    expect(connection.submitted).toHaveLength(0)
    expect(donor.state.results[0]).toMatchObject({ state: 'computed' })
    connection.setState('connected')
    await vi.waitFor(() => {
      expect(connection.submitted.map((result) => result.unit)).toEqual([unit(0)])
    })
  })

  it('goes on with its leases after a crash, and never submits a unit twice', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    await vi.waitFor(() => {
      expect(connection.submitted).toHaveLength(1)
    })
    const leased = store.leases(projectKey).map((lease) => lease.unit.index)
    store.close()
    const crashed = donor
    donor = openDonor({}, [])
    await donor.start(() => ({ projectKey }))
    connection.say(app)
    connection.say(batch)
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    expect(runs()[0]!.args).toEqual(['101'])
    expect(leased).toContain(1)
    expect(leased).not.toContain(0)
    expect(connection.submitted).toHaveLength(0)
    await crashed.close()
  })

  it('pauses its slots the moment somebody is here, and resumes them', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await donor.reportPresence({ kind: 'idle', forMs: 0, source: 'test' })
    expect(slots.slots[0]!.paused).toBe(true)
    expect(donor.state.status).toEqual({ kind: 'paused', reason: 'in-use' })
    await donor.reportPresence({ kind: 'idle', forMs: 3000, source: 'test' })
    expect(slots.slots[0]!.paused).toBe(false)
  })

  it('ends a module’s preparation when somebody comes, and gives the unit back', async () => {
    slots.holdsLoads = true
    await join1()
    await vi.waitFor(() => {
      expect(slots.slots[0]?.loads).toHaveLength(1)
    })
    await donor.reportPresence({ kind: 'idle', forMs: 0, source: 'test' })
    await vi.waitFor(() => {
      expect(donor.state.slots).toHaveLength(0)
    })
    slots.holdsLoads = false
    await donor.reportPresence({ kind: 'idle', forMs: 3000, source: 'test' })
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    expect(slots.slots).toHaveLength(2)
    // Nobody's failure, and nothing was lost.
    expect(runs()[0]).toMatchObject({ args: ['100'] })
    expect(connection.submitted).toHaveLength(0)
  })

  it('ends a slot that does not stop when somebody comes', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    slots.holdsPauses = true
    const obeyed = donor.reportPresence({ kind: 'idle', forMs: 0, source: 'test' })
    await vi.waitFor(() => {
      expect(dueTimers.has(PAUSE_MS)).toBe(true)
    })
    dueTimers.get(PAUSE_MS)?.()
    await obeyed
    slots.holdsPauses = false
    await donor.reportPresence({ kind: 'idle', forMs: 3000, source: 'test' })
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(2)
    })
    expect(runs().map(({ args }) => args)).toEqual([['100'], ['100']])
    expect(slots.slots).toHaveLength(2)
  })

  it('remembers the donor’s own pause across a restart', async () => {
    await donor.setPausedByDonor(true)
    store.close()
    const before = donor
    donor = openDonor()
    expect(donor.state.status).toEqual({ kind: 'paused', reason: 'paused-by-donor' })
    await before.close()
  })

  it('refuses a module with the wrong hash with a typed reason and goes on with other work', async () => {
    slots.refuse = new PowerswarmError('module-hash-mismatch', 'The module is not what the project promised')
    await join1()
    await vi.waitFor(() => {
      expect(connection.submitted.length).toBeGreaterThan(0)
    })
    expect(connection.submitted[0]).toMatchObject({ outcome: 'host-failure', fuel: 0n })
    expect(donor.state.projects[0]!.trouble).toContain('not what the project promised')
    expect(runs()).toHaveLength(0)
    slots.refuse = undefined
    const more = { ...batch, batch: 1 }
    connection.say(more)
    expect(donor.state.credit.pending).toBe(0n)
  })

  it('opens a new slot when one dies and computes its unit again', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    slots.slots[0]!.die()
    await vi.waitFor(() => {
      expect(store.result(projectKey, unit(0))).toBeUndefined()
      expect(donor.state.slots).toHaveLength(0)
    })
    expect(store.leases(projectKey).map((lease) => lease.unit.index)).toContain(0)
  })

  it('computes nothing but the allowed modules where units cannot be sandboxed, and leases nothing else', async () => {
    await donor.close()
    store.close()
    donor = openDonor({
      onlyModules: new Set([hex32<ModuleHash>('77'.repeat(32))]),
      restriction: 'no sandbox',
    })
    await join1()
    await vi.waitFor(() => {
      expect(donor.state.status).toEqual({ kind: 'paused', reason: 'sandbox-unavailable' })
    })
    expect(donor.state.projects[0]!.trouble).toBe('no sandbox')
    expect(runs()).toHaveLength(0)
  })

  it('marks what the publisher rejected', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    await vi.waitFor(() => {
      expect(connection.submitted).toHaveLength(1)
    })
    connection.reject(unit(0))
    await vi.waitFor(() => {
      expect(donor.state.results[0]).toMatchObject({ state: 'rejected' })
    })
    expect(donor.state.credit.pending).toBe(0n)
  })

  it('stops computing for a project that is left, and keeps nothing of what it computed', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await donor.leave(projectKey)
    expect(slots.slots[0]!.killed).toBe(true)
    expect(donor.state.slots).toEqual([])
    expect(donor.state.status).toEqual({ kind: 'waiting', reason: 'no-project' })
    expect(store.leases(projectKey)).toEqual([])
    expect(store.recentResults(10)).toEqual([])
  })

  it('makes one project of two joins at the same moment', async () => {
    await Promise.all([join1(), donor.join({ projectKey }, 'powerswarm://test')])
    expect(donor.state.projects).toHaveLength(1)
    expect(joins).toBe(1)
  })

  it('keeps nothing of a project that cannot be joined', async () => {
    refuseJoin = new PowerswarmError('data-folder-in-use', 'The core store is in use')
    await expect(donor.join({ projectKey }, 'powerswarm://test')).rejects.toMatchObject({
      code: 'data-folder-in-use',
    })
    expect(store.projects()).toEqual([])
    expect(donor.state.projects).toEqual([])
  })

  it('starts in spite of a project that cannot be rejoined, lists it with the reason, and can leave it', async () => {
    store.saveProject({ projectKey, link: 'nonsense', joinedAt: 0, name: 'Old', purpose: '' })
    await donor.start(() => {
      throw new PowerswarmError('bad-link', 'That is no link')
    })
    expect(donor.state.projects).toMatchObject([
      { name: 'Old', connection: 'offline', trouble: 'That is no link' },
    ])
    await donor.leave(projectKey)
    expect(donor.state.projects).toEqual([])
    expect(store.projects()).toEqual([])
  })

  it('keeps a computed result while the disk is full and saves it later, without computing it again', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    const full = vi.spyOn(store, 'addResult').mockImplementation(() => {
      throw new PowerswarmError('disk-full', 'The disk is full')
    })
    const dueBefore = due.length
    slots.slots[0]!.end(ok())
    await vi.waitFor(() => {
      expect(full).toHaveBeenCalled()
      expect(due).toHaveLength(dueBefore + 1)
    })
    full.mockRestore()
    for (const work of due.splice(0)) work()
    await vi.waitFor(() => {
      expect(store.result(projectKey, unit(0))).toMatchObject({ run: { fuel: 500n } })
    })
    expect(runs().filter((run) => run.args[0] === '100')).toHaveLength(1)
  })

  it('saves results that follow each other closely together, the last ones when it closes', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    await finishOne()
    await finishOne()
    expect(store.recentResults(10)).toHaveLength(1)
    expect(store.leases(projectKey)).toHaveLength(3)
    const closing = donor.close()
    await vi.waitFor(() => {
      expect(store.recentResults(10)).toHaveLength(3)
    })
    await closing
  })

  it('goes on leasing and submitting when a grant cannot be checked', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    connection.grant([unit(9)], 1n, { sequence: 7 })
    await finishOne()
    await finishOne()
    dueTimers.get(LIMITS.saveResultsEveryMs)?.()
    await vi.waitFor(() => {
      expect(connection.submitted.length).toBeGreaterThanOrEqual(2)
    })
    expect(donor.state.credit.counted).toBe(0n)
  })

  it('loads a module that its slot has let go again at once, and puts the second time off', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    const [slot] = slots.slots
    const gone = new PowerswarmError('not-found', 'the module is not loaded in this slot')
    slot!.fail(gone)
    // No timer comes up meanwhile.
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(3)
    })
    expect(slot!.loads).toHaveLength(2)
    expect(runs()[2]).toEqual(runs()[1])
    dueTimers.clear()
    slot!.fail(gone)
    await vi.waitFor(() => {
      expect([...dueTimers.keys()]).toContain(1000)
    })
    expect(runs()).toHaveLength(3)
  })

  it('blames no unit for a slot that cannot be opened', async () => {
    vi.spyOn(slots, 'open').mockRejectedValue(new PowerswarmError('slot-failed', 'no memory for a process'))
    await join1()
    for (let tries = 0; tries < 5; tries++) {
      await vi.waitFor(() => {
        expect(due.length).toBeGreaterThan(0)
      })
      for (const work of due.splice(0)) work()
    }
    expect(connection.submitted).toEqual([])
    expect(store.leases(projectKey).map((lease) => lease.unit.index)).toContain(0)
  })

  it('gives a unit up whose module ends three slots while they prepare it', async () => {
    const open = slots.open.bind(slots)
    vi.spyOn(slots, 'open').mockImplementation(async (slot) => ({
      ...(await open(slot)),
      load: () => Promise.reject(new PowerswarmError('slot-failed', 'no sign of life')),
    }))
    await join1()
    await vi.waitFor(() => {
      for (const work of due.splice(0)) work()
      expect(connection.submitted.length).toBeGreaterThan(0)
    })
    expect(connection.submitted[0]).toMatchObject({ outcome: 'host-failure' })
  })

  it('takes another link to a joined project in place of the first, and keeps its leases and results', async () => {
    await join1()
    await vi.waitFor(() => {
      expect(runs()).toHaveLength(1)
    })
    await finishOne()
    await donor.join({ projectKey, bootstrap: [{ host: '127.0.0.1', port: 9 }] }, 'powerswarm://moved')
    expect(joins).toBe(2)
    expect(store.projects()).toMatchObject([{ link: 'powerswarm://moved', name: 'Demo' }])
    expect(store.result(projectKey, unit(0))).toBeDefined()
    expect(donor.state.projects).toHaveLength(1)
  })
})
