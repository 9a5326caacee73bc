import { describe, expect, it, vi } from 'vitest'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { SavedUnit } from '../../../../src-main/engine/ports.ts'
import { app, DonorHome, ok, projectKey, unit, type RunningDonor } from '../../../support/donor-rig.ts'

const MINUTE = 60_000
const bytes = Uint8Array.of(1, 2, 3)
const inUse = { kind: 'idle', forMs: 0, source: 'test' } as const
const away = { kind: 'unattended' } as const
const keyOf = (index: number): string => `${projectKey} 0.${String(index)}`

/** A donor whose first unit computes, in a slot that can be saved. */
async function computing(home = new DonorHome()): Promise<RunningDonor> {
  const opened = await home.start()
  opened.slots.snapshot = bytes
  await opened.running(1)
  return opened
}

/** Pauses as a slot does that hears of it. */
async function pause({ donor, slot }: RunningDonor, fuel = 0n): Promise<void> {
  slot.beat({ fuel })
  await donor.reportPresence(inUse)
  slot.beat({ phase: 'paused', fuel })
}

describe('a unit with checkpoints', () => {
  it('is loaded and run as such', async () => {
    const { slot, runs } = await computing()
    expect(slot.loads[0]!.module).toMatchObject({ checkpoint: true })
    expect(runs[0]!.module).toMatchObject({ checkpoint: true })
    expect(runs[0]).not.toHaveProperty('resumeFrom')
  })

  it('is saved after every five minutes of computing, with what it had computed', async () => {
    const { slot, snapshots, pass } = await computing()
    await pass(LIMITS.snapshotEveryMs - 5_000)
    slot.beat({ fuel: 70n, fraction: 0.5 })
    expect(slot.snapshots).toEqual([])
    await pass(5_000)
    expect(slot.snapshots).toEqual([LIMITS.snapshotWithinMs])
    expect(snapshots.kept.get(keyOf(0))).toEqual<SavedUnit>({
      bytes,
      fuel: 70n,
      fraction: 0.5,
      computedMs: LIMITS.snapshotEveryMs,
    })
    await pass(2 * LIMITS.snapshotEveryMs)
    expect(slot.snapshots).toHaveLength(3)
  })

  it('does not count pauses as computing', async () => {
    const opened = await computing()
    await opened.pass(4 * MINUTE)
    await pause(opened)
    await opened.pass(50_000)
    await opened.donor.reportPresence(away)
    opened.slot.beat({ phase: 'running' })
    await opened.pass(55_000)
    expect(opened.slot.snapshots).toEqual([])
    await opened.pass(5_000)
    expect(opened.slot.snapshots).toHaveLength(1)
  })

  it('goes on when there is no safe point, and is tried again five minutes later', async () => {
    const { slot, slots, snapshots, pass } = await computing()
    slots.snapshot = undefined
    await pass(9 * MINUTE)
    expect(slot.snapshots).toHaveLength(1)
    expect(snapshots.kept.size).toBe(0)
    slots.snapshot = bytes
    await pass(MINUTE)
    expect(snapshots.kept.size).toBe(1)
  })

  it('takes no snapshot for its own that its slot made of another run', async () => {
    const { slot, runs, snapshots, pass } = await computing()
    slot.snapshot = () => Promise.resolve({ run: runs[0]!.run + 1, bytes })
    await pass(5 * MINUTE)
    expect(snapshots.kept.size).toBe(0)
  })

  it('goes on when the disk is full, and ends as ever', async () => {
    const { slot, snapshots, logged, store, running, pass } = await computing()
    snapshots.refuse = new PowerswarmError('disk-full', 'The disk is full')
    await pass(5 * MINUTE)
    expect(logged.filter((event) => event === 'snapshot-failed')).toHaveLength(1)
    slot.end(ok)
    await running(2)
    expect(store.result(projectKey, unit(0))).toMatchObject({ run: ok })
  })

  it('loses its snapshot when it has a result', async () => {
    const { slot, snapshots, running, pass } = await computing()
    await pass(5 * MINUTE)
    expect(snapshots.kept.size).toBe(1)
    slot.end(ok)
    await running(2)
    expect(snapshots.kept.size).toBe(0)
  })

  it('goes on from its snapshot also when its slot has let its module go', async () => {
    const home = new DonorHome()
    const first = await computing(home)
    await first.pass(5 * MINUTE)
    home.later(1_000)
    const { slot, running, logged } = await computing(home)
    slot.fail(new PowerswarmError('not-found', 'the module is not loaded in this slot'))
    expect(await running(2)).toMatchObject({ resumeFrom: bytes })
    expect(slot.loads).toHaveLength(2)
    expect(logged).not.toContain('unit-failed')
  })

  it('takes turns with others, so that one snapshot at a time passes through the engine', async () => {
    const opened = await new DonorHome({ cores: 2 }).start()
    await opened.running(2)
    opened.slots.holdsSnapshots = true
    await opened.pass(6 * MINUTE)
    const asked = (): number[] => opened.slots.slots.map(({ snapshots }) => snapshots.length)
    expect(asked()).toEqual([1, 0])
    opened.slots.holdsSnapshots = false
    opened.slots.slots[0]!.die()
    await opened.pass(5_000)
    expect(asked().slice(0, 2)).toEqual([1, 1])
  })
})

describe('a unit without checkpoints', () => {
  it('is never asked for a snapshot, neither in time nor at the end, and stays in memory in a long pause', async () => {
    const { checkpoint: _, ...plain } = app
    const opened = await computing(new DonorHome({ app: plain }))
    await opened.pass(6 * MINUTE)
    await pause(opened)
    await opened.pass(10 * MINUTE)
    expect(opened.slot.killed).toBe(false)
    await opened.donor.suspend(true)
    await opened.donor.close()
    expect(opened.slot.snapshots).toEqual([])
    expect(opened.runs[0]!.module).not.toHaveProperty('checkpoint')
  })
})

describe('a pause', () => {
  it('that is short leaves the unit where it is', async () => {
    const opened = await computing()
    await opened.pass(MINUTE)
    await pause(opened)
    await opened.pass(LIMITS.snapshotLongPauseMs - 5_000)
    expect(opened.slot.snapshots).toEqual([])
    expect(opened.slot.killed).toBe(false)
  })

  it('that is long saves the unit, gives the memory back, and the unit goes on from there', async () => {
    const opened = await computing()
    await opened.pass(MINUTE)
    await pause(opened, 60n)
    await opened.pass(LIMITS.snapshotLongPauseMs)
    const [first] = opened.slots.slots
    expect(first!.snapshots).toEqual([LIMITS.snapshotWhilePausedMs])
    expect(first!.killed).toBe(true)
    expect(opened.donor.state.slots).toEqual([])
    expect(opened.store.leases(projectKey).map((lease) => lease.unit)).toContainEqual(unit(0))

    await opened.donor.reportPresence(away)
    expect(await opened.running(2)).toMatchObject({ args: ['100'], resumeFrom: bytes })
    expect(opened.donor.state.slots[0]).toMatchObject({ unit: '0.0', fuel: 60n, elapsedMs: MINUTE })
    opened.slot.end(ok)
    await opened.running(3)
    expect(opened.store.result(projectKey, unit(0))).toMatchObject({ run: ok })
  })

  it('that outlasts the lease loses unit and snapshot', async () => {
    const opened = await computing(new DonorHome({ leaseMs: 10 * MINUTE }))
    await opened.pass(MINUTE)
    await pause(opened)
    await opened.pass(5 * MINUTE)
    expect(opened.snapshots.kept.size).toBe(1)
    await opened.pass(5 * MINUTE)
    await opened.donor.reportPresence(away)
    await opened.pass(5_000)
    expect(opened.snapshots.kept.size).toBe(0)
    expect(opened.runs).toHaveLength(1)
  })

  it('that is long asks once only for what cannot be saved, and keeps it in memory', async () => {
    const opened = await computing()
    opened.slots.snapshot = undefined
    await opened.pass(MINUTE)
    await pause(opened)
    await opened.pass(10 * MINUTE)
    expect(opened.slot.snapshots).toHaveLength(1)
    expect(opened.slot.killed).toBe(false)
    await opened.donor.reportPresence(away)
    expect(opened.slot.paused).toBe(false)
    await pause(opened)
    await opened.pass(MINUTE)
    expect(opened.slot.snapshots).toHaveLength(2)
  })

  it('that ends while the unit is being saved keeps its slot', async () => {
    const opened = await computing()
    await opened.pass(MINUTE)
    await pause(opened)
    let answer: () => void = () => undefined
    opened.slot.snapshot = () =>
      new Promise((resolve) => {
        answer = () => resolve({ run: opened.runs[0]!.run, bytes })
      })
    await opened.pass(MINUTE)
    await opened.donor.reportPresence(away)
    answer()
    await opened.pass(1)
    expect(opened.snapshots.kept.size).toBe(1)
    expect(opened.slots.slots.map(({ killed }) => killed)).toEqual([false])
  })

  it('that is long ends no young unit', async () => {
    const opened = await computing()
    await opened.pass(5_000)
    await pause(opened)
    await opened.pass(10 * MINUTE)
    expect(opened.slot.snapshots).toEqual([])
    expect(opened.slot.killed).toBe(false)
  })
})

describe('the end of the engine', () => {
  it('saves all slots at once, then ends them', async () => {
    const home = new DonorHome({ cores: 3 })
    const opened = await home.start()
    opened.slots.snapshot = bytes
    await opened.running(3)
    await opened.pass(MINUTE)
    await opened.donor.close()
    expect([...opened.snapshots.kept.keys()].sort()).toEqual([keyOf(0), keyOf(1), keyOf(2)])
    expect(opened.slots.slots.map(({ killed }) => killed)).toEqual([true, true, true])
    expect(opened.runs).toHaveLength(3)
  })

  it('also saves what is paused', async () => {
    const opened = await computing()
    await opened.pass(MINUTE)
    await pause(opened)
    await opened.donor.close()
    expect(opened.snapshots.kept.size).toBe(1)
  })

  it('saves nothing young and nothing twice', async () => {
    const young = await computing()
    await young.pass(5_000)
    await young.donor.close()
    expect(young.slot.snapshots).toEqual([])
    const saved = await computing()
    await saved.pass(5 * MINUTE)
    await saved.donor.close()
    expect(saved.slot.snapshots).toHaveLength(1)
  })

  it('waits two seconds for a slot that does not answer, and no longer', async () => {
    const opened = await computing()
    opened.slots.holdsSnapshots = true
    await opened.pass(MINUTE)
    let isClosed = false
    const closed = opened.donor.close().then(() => (isClosed = true))
    await opened.pass(LIMITS.snapshotBeforeEndMs - 1)
    expect([isClosed, opened.slot.killed]).toEqual([false, false])
    await opened.pass(1)
    await closed
    expect(opened.slot.killed).toBe(true)
  })

  it('starts no other unit when one ends in the meantime, and keeps its result', async () => {
    const opened = await computing()
    opened.slots.holdsSnapshots = true
    await opened.pass(MINUTE)
    const closed = opened.donor.close()
    opened.slot.end(ok)
    await opened.pass(LIMITS.snapshotBeforeEndMs)
    await closed
    expect(opened.runs).toHaveLength(1)
    expect(opened.store.result(projectKey, unit(0))).toMatchObject({ run: ok })
  })

  it('does not wait for the unit of a slot that is just being opened', async () => {
    const opened = await computing()
    const { open } = opened.slots
    let go: () => void = () => undefined
    opened.slots.open = async (slot) => {
      await new Promise<void>((resolve) => (go = resolve))
      return open(slot)
    }
    const opening = vi.spyOn(opened.slots, 'open')
    opened.slot.die()
    await opened.pass(5_000)
    expect(opening).toHaveBeenCalledOnce()
    const closed = opened.donor.close()
    await opened.pass(1)
    go()
    await closed
    expect(opened.runs).toHaveLength(1)
    expect(opened.slots.slots.map(({ killed }) => killed)).toEqual([false, true])
  })
})

describe('sleep', () => {
  it('is preceded by a pause and a snapshot; the unit stays in memory', async () => {
    const opened = await computing()
    await opened.pass(MINUTE)
    await opened.donor.suspend(true)
    expect(opened.slot.paused).toBe(true)
    expect(opened.snapshots.kept.size).toBe(1)
    expect(opened.slot.killed).toBe(false)
    await opened.donor.suspend(false)
    expect(opened.slot.paused).toBe(false)
    expect(opened.runs).toHaveLength(1)
  })
})

describe('a start after a crash', () => {
  /** Starts again six minutes after a donor computed its first unit for five and crashed. */
  async function afterCrash(
    home = new DonorHome(),
    between: (opened: RunningDonor) => Promise<void> | void = () => undefined,
  ): Promise<RunningDonor> {
    const opened = await computing(home)
    opened.slot.beat({ fuel: 300n, fraction: 0.3 })
    await opened.pass(5 * MINUTE)
    await between(opened)
    home.later(MINUTE)
    return home.start([])
  }

  it('goes on from the snapshot, in what is computed, shown and credited', async () => {
    const opened = await afterCrash()
    const { donor } = opened
    expect(await opened.running(1)).toMatchObject({ args: ['100'], resumeFrom: bytes })
    const progress = { unit: '0.0', fuel: 300n, fraction: 0.3, elapsedMs: 5 * MINUTE }
    expect(donor.state.slots[0]).toMatchObject(progress)
    opened.slot.beat({ fuel: 0n })
    expect(donor.state.slots[0]).toMatchObject({ ...progress, phase: 'running' })
    await opened.pass(MINUTE)
    expect(opened.slot.snapshots).toEqual([])
    opened.slot.beat({ fuel: 400n })
    expect(donor.state.slots[0]).toMatchObject({ fuel: 400n, elapsedMs: 6 * MINUTE })
    opened.slot.end(ok)
    const next = await opened.running(2)
    expect(next).toMatchObject({ args: ['101'] })
    expect(next).not.toHaveProperty('resumeFrom')
    expect(opened.store.result(projectKey, unit(0))).toMatchObject({ run: ok })
    await vi.waitFor(() => {
      expect(opened.connection.submitted).toMatchObject([{ unit: unit(0), fuel: ok.fuel, stdout: ok.stdout }])
    })
    expect(opened.snapshots.kept.size).toBe(0)
  })

  it('starts over at once when the slot cannot use the snapshot, and holds nothing against the unit', async () => {
    const opened = await afterCrash()
    await opened.running(1)
    opened.slot.fail(new PowerswarmError('snapshot-unusable', 'it is from another world'))
    const again = await opened.running(2)
    expect(again).toMatchObject({ args: ['100'] })
    expect(again).not.toHaveProperty('resumeFrom')
    expect(opened.snapshots.kept.size).toBe(0)
    expect(opened.donor.state.slots[0]).toMatchObject({ fuel: 0n, elapsedMs: 0 })
    expect(opened.logged.filter((event) => event === 'snapshot-dropped')).toHaveLength(1)
    expect(opened.logged).not.toContain('unit-failed')
    opened.slot.end(ok)
    await opened.running(3)
    expect(opened.store.result(projectKey, unit(0))).toMatchObject({ run: ok })
  })

  it('does without the snapshot in the last try of a unit that ends its slots', async () => {
    const opened = await afterCrash()
    for (let tries = 1; tries < LIMITS.hostFailuresMax; tries++) {
      expect(await opened.running(tries)).toHaveProperty('resumeFrom')
      opened.slot.die()
      await opened.pass(10_000)
    }
    expect(await opened.running(LIMITS.hostFailuresMax)).not.toHaveProperty('resumeFrom')
    opened.slot.end(ok)
    await opened.running(LIMITS.hostFailuresMax + 1)
    expect(opened.store.result(projectKey, unit(0))).toMatchObject({ run: ok })
  })

  it('has no snapshots of units that are not leased', async () => {
    const home = new DonorHome()
    const saved = { bytes, fuel: 1n, computedMs: MINUTE }
    const first = await home.start()
    for (const index of [0, 9]) first.snapshots.kept.set(keyOf(index), saved)
    await first.running(1)
    const second = await home.start([])
    expect([...second.snapshots.kept.keys()]).toEqual([keyOf(0)])
  })

  it('keeps the snapshots of leased units at a start, whatever the clock says', async () => {
    const home = new DonorHome()
    const first = await home.start()
    first.snapshots.kept.set(keyOf(1), { bytes, fuel: 1n, computedMs: MINUTE })
    await first.running(1)
    // A jump of ten years, at a machine whose owner works at it: no unit is taken.
    for (const years of [10, -20]) {
      home.later(years * 365 * 24 * 60 * MINUTE)
      const { snapshots, donor } = await home.start([], inUse)
      expect([...snapshots.kept.keys()]).toEqual([keyOf(1)])
      expect(donor.state.slots).toEqual([])
    }
  })

  it('drops the snapshot of a unit whose lease ran out', async () => {
    const { running, snapshots } = await afterCrash(new DonorHome({ leaseMs: 5 * MINUTE + 30_000 }))
    expect(snapshots.kept.size).toBe(0)
    await expect(running(1)).rejects.toThrow('0 runs')
  })

  it('finds no snapshot of a project that was left', async () => {
    const { snapshots } = await afterCrash(new DonorHome(), async ({ donor, snapshots: before }) => {
      expect(before.kept.size).toBe(1)
      await donor.leave(projectKey)
      expect(before.kept.size).toBe(0)
    })
    expect(snapshots.kept.size).toBe(0)
  })
})
