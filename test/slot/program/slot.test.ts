import { afterEach, describe, expect, it } from 'vitest'
import { portPair } from '../../../src-main/contracts/ports.ts'
import { connect, serve, type Client, type Port, type Server } from '../../../src-main/contracts/rpc.ts'
import { slotRunnerSchema, type SlotRunnerSchema } from '../../../src-main/contracts/slot-runner.ts'
import {
  slotSchema,
  type SnapshotStart,
  type Beat,
  type LoadedModule,
  type SlotSchema,
} from '../../../src-main/contracts/slot.ts'
import { hex32 } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import type { UnitRun } from '../../../src-main/domain/outcome.ts'
import { Control } from '../../../src-main/slot/program/control.ts'
import { serveRunner } from '../../../src-main/slot/program/runner.ts'
import { serveSlot } from '../../../src-main/slot/program/slot.ts'
import { prepareModule } from '../../../src-main/toolchain/index.ts'
import * as apps from '../apps.ts'
import { loadOf, moduleName, text, unitOf } from '../units.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A slot program whose runner is whatever `start` makes of the control memory and its port. */
function slotWith(start: (control: SharedArrayBuffer, port: Port) => void) {
  const outside = portPair()
  const inside = portPair()
  const timers: (() => void)[] = []
  const slot = serveSlot({
    port: outside.a,
    startRunner: (control) => {
      start(control, inside.a)
      return inside.b
    },
    every: (_ms, work) => {
      timers.push(work)
      return () => timers.splice(timers.indexOf(work), 1)
    },
  })
  const client = connect<SlotSchema>(slotSchema, outside.b)
  const beats: Beat[] = []
  client.on('beat', (beat) => beats.push(beat))
  closers.push(() => {
    slot.close()
    client.close()
    outside.close()
    inside.close()
  })
  return { client, beats, timers }
}

describe('slot program with its real runner', () => {
  const prepared: string[] = []
  function realSlot(): Client<SlotSchema> {
    prepared.length = 0
    let nowMs = 0
    const { client } = slotWith((buffer, port) => {
      const runner = serveRunner({
        port,
        control: new Control(buffer),
        monotonicMs: () => nowMs++,
        prepare: (original, options) => {
          prepared.push(moduleName(original).moduleHash)
          return prepareModule(original, options)
        },
      })
      closers.push(() => runner.close())
    })
    return client
  }

  it('checks, rewrites and runs a module, and says what it may do', async () => {
    const client = realSlot()
    const app = apps.printing('hi')
    const { rewrittenHash, permissions, prepareMs } = await client.load(loadOf(app))
    expect(permissions.imports).toEqual(['wasi_snapshot_preview1.fd_write'])
    expect(prepareMs).toBe(1)
    expect(await client.load(loadOf(app, { rewrittenHash }))).toMatchObject({ rewrittenHash, prepareMs: 0 })
    expect(text((await client.run(unitOf(app))).stdout)).toBe('hi')
  })

  it('refuses other bytes than those that were named', async () => {
    const client = realSlot()
    const load = loadOf(apps.printing('other'), { module: moduleName(apps.printing('named')) })
    await expect(client.load(load)).rejects.toMatchObject({ code: 'module-hash-mismatch' })
    await expect(client.run(unitOf(apps.printing('named')))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('refuses a module that becomes something else than was promised, loaded before or not', async () => {
    const client = realSlot()
    const app = apps.printing('hi')
    const lie = loadOf(app, { rewrittenHash: hex32('00'.repeat(32)) })
    await expect(client.load(lie)).rejects.toMatchObject({ code: 'module-hash-mismatch' })
    await expect(client.run(unitOf(app))).rejects.toMatchObject({ code: 'not-found' })
    await client.load(loadOf(app))
    await expect(client.load(lie)).rejects.toMatchObject({ code: 'module-hash-mismatch' })
  })

  it('refuses what the policy forbids', async () => {
    await expect(realSlot().load(loadOf(apps.overreaching))).rejects.toMatchObject({ code: 'module-refused' })
  })

  it('keeps the four modules used last', async () => {
    const client = realSlot()
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => apps.printing(name))
    for (const app of all.slice(0, 4)) await client.load(loadOf(app))
    await client.run(unitOf(all[0]!))
    await client.load(loadOf(all[4]!))
    expect(text((await client.run(unitOf(all[0]!))).stdout)).toBe('a')
    await expect(client.run(unitOf(all[1]!))).rejects.toMatchObject({ code: 'not-found' })
    expect(prepared.length).toBe(5)
  })

  it('keeps a module with checkpoints beside the one without', async () => {
    const client = realSlot()
    const module = { ...moduleName(apps.counting(5n)), checkpoint: true }
    const plain = await client.load(loadOf(apps.counting(5n)))
    const savable = await client.load(loadOf(apps.counting(5n), { module }))
    expect(savable.rewrittenHash).not.toBe(plain.rewrittenHash)
    const { fuel } = await client.run(unitOf(apps.counting(5n)))
    expect(await client.run(unitOf(apps.counting(5n), { module }))).toMatchObject({ outcome: 'ok', fuel })
    const resumeFrom = new Uint8Array(200)
    for (const more of [{ resumeFrom }, { resumeFrom, module }])
      await expect(client.run(unitOf(apps.counting(5n), more))).rejects.toMatchObject({
        code: 'snapshot-unusable',
      })
  })

  it('runs a unit that was sent right behind its module', async () => {
    const client = realSlot()
    const app = apps.printing('behind')
    const [, run] = await Promise.all([client.load(loadOf(app)), client.run(unitOf(app))])
    expect(text(run.stdout)).toBe('behind')
  })
})

describe('slot program with a runner that the test plays', () => {
  interface Play {
    control: Control
    server: Server<SlotRunnerSchema>
    endUnit(run: UnitRun): void
    endLoad(loaded: LoadedModule): void
  }
  const ended: UnitRun = {
    outcome: 'ok',
    exitCode: 0,
    fuel: 5n,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
  }
  const permissions: LoadedModule['permissions'] = {
    imports: [],
    files: false,
    network: false,
    clock: 'none',
    random: 'none',
    memoryLimitBytes: 65_536,
    functions: 1,
    sizeBytes: 100,
  }
  const unit = unitOf(apps.endless, { run: 42 })

  function played() {
    const play: Partial<Play> = {}
    const slot = slotWith((buffer, port) => {
      play.control = new Control(buffer)
      play.server = serve<SlotRunnerSchema>(slotRunnerSchema, port, {
        load: () => new Promise((resolve) => (play.endLoad = resolve)),
        run: () => new Promise((resolve) => (play.endUnit = resolve)),
      })
    })
    return { ...slot, play: play as Play }
  }
  const begun = async (play: Play): Promise<void> => {
    await expect.poll(() => play.endUnit).toBeDefined()
  }
  /** Messages in memory take microtasks only: one turn of the event loop delivers them all. */
  const allDelivered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const settled = (promise: Promise<unknown>): (() => boolean) => {
    let done = false
    void promise.then(() => (done = true))
    return () => done
  }

  it('beats while a unit runs, with what the runner last told, and not otherwise', async () => {
    const { client, beats, timers, play } = played()
    expect(timers).toEqual([])
    const run = client.run(unit)
    await begun(play)
    play.control.setPhase('running')
    play.control.recordTick(99n)
    play.control.setFraction(0.5)
    timers[0]!()
    await expect
      .poll(() => beats)
      .toEqual([{ run: 42, phase: 'running', fuel: 99n, ticks: 1, fraction: 0.5 }])
    play.endUnit(ended)
    expect(await run).toEqual(ended)
    expect(timers).toEqual([])
  })

  it('beats when a unit pauses and resumes, and not when it begins', async () => {
    const { client, beats, play } = played()
    void client.run(unit)
    await begun(play)
    const phase = (next: 'running' | 'paused', command: number): void => {
      play.control.setPhase(next)
      play.server.notify('phase', { phase: next, command })
    }
    phase('running', 0)
    await client.resume()
    phase('paused', 1)
    await expect.poll(() => beats.map((beat) => beat.phase)).toEqual(['paused'])
    phase('running', 2)
    await expect.poll(() => beats.map((beat) => beat.phase)).toEqual(['paused', 'running'])
    play.endUnit(ended)
  })

  it('refuses a second unit while one runs', async () => {
    const { client, play } = played()
    const run = client.run(unit)
    await begun(play)
    await expect(client.run(unit)).rejects.toMatchObject({ code: 'busy' })
    play.endUnit(ended)
    await run
  })

  it('answers a pause when the runner has parked for it, not for an older one', async () => {
    const { client, play } = played()
    const run = client.run(unit)
    await begun(play)
    void client.pause()
    await client.resume()
    const pause = client.pause()
    const isAnswered = settled(pause)
    await expect.poll(() => play.control.command).toBe(3)
    play.server.notify('phase', { phase: 'running', command: 2 })
    play.server.notify('phase', { phase: 'paused', command: 1 })
    await allDelivered()
    expect(isAnswered()).toBe(false)
    play.control.setParked(3)
    play.server.notify('phase', { phase: 'paused', command: 3 })
    await pause
    // A second pause finds it parked.
    await client.pause()
    play.endUnit(ended)
    await run
  })

  it('answers a pause at once when nothing runs, and when the unit ends first', async () => {
    const { client, play } = played()
    await client.pause()
    await client.resume()
    const run = client.run(unit)
    await begun(play)
    const pause = client.pause()
    play.endUnit(ended)
    await run
    await pause
  })

  it('does not answer a pause while a module is being prepared', async () => {
    const { client, play } = played()
    const load = client.load(loadOf(apps.endless))
    await expect.poll(() => play.endLoad).toBeDefined()
    const pause = client.pause()
    const isAnswered = settled(pause)
    await allDelivered()
    expect(isAnswered()).toBe(false)
    play.endLoad({ rewrittenHash: hex32('11'.repeat(32)), permissions, prepareMs: 1 })
    await load
    await pause
  })

  it('throttles the runner, at work or not', async () => {
    const { client, play } = played()
    await client.throttle({ cpuShare: 0.5 })
    expect(play.control.cpuShare).toBe(0.5)
    const run = client.run(unit)
    await begun(play)
    await client.throttle({ cpuShare: 0.25 })
    expect(play.control.cpuShare).toBe(0.25)
    play.endUnit(ended)
    await run
  })

  it('answers a pause that a resume overtakes', async () => {
    const { client, play } = played()
    const run = client.run(unit)
    await begun(play)
    const pause = client.pause()
    await client.resume()
    await pause
    expect(play.control.command % 2).toBe(0)
    play.endUnit(ended)
    await run
  })

  it('asks a runner for a snapshot, and answers with what it sends', async () => {
    const { client, play } = played()
    const savable = { ...unit, module: { ...unit.module, checkpoint: true } }
    expect(await client.snapshot({ withinMs: 10 })).toEqual({ run: 0 })
    const run = client.run(savable)
    await begun(play)
    const [first, second] = [client.snapshot({ withinMs: 10 }), client.snapshot({ withinMs: 20 })]
    await expect.poll(() => play.control.requestedSnapshot.withinMs).toBe(10)
    play.server.notify('snapshot', { request: 99, bytes: new Uint8Array(3) })
    const { request } = play.control.requestedSnapshot
    const bytes = new Uint8Array([7])
    play.server.notify('snapshot', { request, bytes })
    expect(await first).toEqual({ run: 42, bytes })
    expect(await second).toEqual({ run: 42, bytes })

    const late = client.snapshot({ withinMs: 10 })
    await expect.poll(() => play.control.requestedSnapshot.request).toBe(request + 1)
    play.endUnit(ended)
    await run
    expect(await late).toEqual({ run: 0 })
  })

  it('gives a large snapshot out in pieces, once, until the next one or the next unit', async () => {
    const { client, play } = played()
    const savable = { ...unit, module: { ...unit.module, checkpoint: true } }
    const run = client.run(savable)
    await begun(play)
    const whole = Uint8Array.from({ length: 2 * LIMITS.snapshotPieceBytes + 5 }, (_, i) => (i * i) >> 9)
    const given = async (): Promise<SnapshotStart> => {
      const last = play.control.requestedSnapshot.request
      const start = client.snapshot({ withinMs: 10 })
      await expect.poll(() => play.control.requestedSnapshot.request).toBeGreaterThan(last)
      const { request } = play.control.requestedSnapshot
      play.server.notify('snapshot', { request, bytes: whole })
      return start
    }
    const start = await given()
    expect([start.run, start.bytes?.length, start.length]).toEqual([
      42,
      LIMITS.snapshotPieceBytes,
      whole.length,
    ])
    const second = await client.snapshotPiece({ at: LIMITS.snapshotPieceBytes })
    // Another order in between is heard.
    await client.throttle({ cpuShare: 0.5 })
    const third = await client.snapshotPiece({ at: 2 * LIMITS.snapshotPieceBytes })
    expect(Buffer.concat([start.bytes!, second, third]).equals(whole)).toBe(true)
    expect(await client.snapshotPiece({ at: 0 })).toHaveLength(0)

    await given()
    expect(await client.snapshotPiece({ at: 0 })).toHaveLength(LIMITS.snapshotPieceBytes)
    play.endUnit(ended)
    await run
    const next = client.run(savable)
    await begun(play)
    expect(await client.snapshotPiece({ at: 0 })).toHaveLength(0)
    play.endUnit(ended)
    await next
  })

  it('has no snapshot of a unit without checkpoints, and does not ask for one', async () => {
    const { client, play } = played()
    const run = client.run(unit)
    await begun(play)
    expect(await client.snapshot({ withinMs: 10 })).toEqual({ run: 0 })
    expect(play.control.requestedSnapshot.request).toBe(0)
    play.endUnit(ended)
    await run
  })
})
