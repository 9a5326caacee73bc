import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Beat } from '../../src-main/contracts/slot.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { hex32 } from '../../src-main/domain/ids.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { prepareModule, REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import * as apps from './apps.ts'
import { loadOf, moduleName, text, unitOf } from './units.ts'

/** Fuel of units that only a pause, a kill or their limit ends: minutes of computing. */
const LONG = LIMITS.fuelPerUnit

/**
 * What every host of slots must do with friendly and hostile modules. Call it inside a `describe`.
 * @param openHost makes a fresh host; the suite closes it
 */
export function slotConformance(openHost: () => Promise<SlotHost>): void {
  let host: SlotHost
  let slot: Slot
  beforeEach(async () => {
    host = await openHost()
    slot = await host.open(0)
  })
  afterEach(async () => {
    await host.close()
  })
  const run = async (original: Uint8Array, more: Parameters<typeof unitOf>[1] = {}) => {
    await slot.load(loadOf(original))
    return slot.run(unitOf(original, more))
  }
  /** Starts an app that ends only when it is killed; resolves at its first sign of computing. */
  const runForLong = async (original: Uint8Array = apps.endless) => {
    const beats: Beat[] = []
    slot.onBeat((beat) => beats.push(beat))
    await slot.load(loadOf(original))
    const ended = slot.run(unitOf(original, { run: 9, maxFuel: LONG }))
    ended.catch(() => undefined)
    await expect.poll(() => beats.at(-1)?.ticks ?? 0, { timeout: 5_000 }).toBeGreaterThan(0)
    return { beats, ended }
  }
  const nextBeat = (): Promise<Beat> =>
    new Promise((resolve) => {
      const stop = slot.onBeat((beat) => {
        stop()
        resolve(beat)
      })
    })

  it('runs a friendly app with arguments, input and output', async () => {
    const ended = await run(apps.echoing, { stdin: new TextEncoder().encode('to and fro'), args: ['1'] })
    expect(ended).toMatchObject({ outcome: 'ok', exitCode: 0 })
    expect(text(ended.stdout)).toBe('to and fro')
  })

  it('hands files to a unit and takes files from it', async () => {
    const a = { path: 'a', bytes: new TextEncoder().encode('from file to file') }
    const ended = await run(apps.copyingFiles(), { files: [a] })
    expect(ended).toMatchObject({ outcome: 'ok', files: [{ path: 'b', bytes: a.bytes }] })
    // Nothing of one unit is left for the next.
    const next = await run(apps.copyingFiles())
    expect(next).toMatchObject({ outcome: 'ok', files: [{ path: 'b', bytes: new Uint8Array() }] })
  })

  it('tells exit codes, traps, floods and endless loops apart', async () => {
    expect(await run(apps.exiting(7))).toMatchObject({ outcome: 'exit-nonzero', exitCode: 7 })
    expect((await run(apps.trapping)).outcome).toBe('trap')
    expect((await run(apps.flooding, { maxOutputBytes: 8192 })).outcome).toBe('output-too-large')
    expect(await run(apps.endless, { maxFuel: 200_000_000n })).toMatchObject({
      outcome: 'out-of-fuel',
      fuel: 200_000_000n,
    })
  })

  it('contains endless recursion and hunger for memory, and goes on with the next unit', async () => {
    expect((await run(apps.recursing)).outcome).toBe('stack-overflow')
    expect(await run(apps.hoarding)).toMatchObject({ outcome: 'exit-nonzero', exitCode: 3 })
    expect(text((await run(apps.printing('still here'))).stdout)).toBe('still here')
  })

  it('uses equal fuel in every run', async () => {
    const app = apps.counting(3_000_000n)
    const first = await run(app)
    expect(first.outcome).toBe('ok')
    expect((await run(app)).fuel).toBe(first.fuel)
    await slot.throttle(0.5)
    expect((await run(app)).fuel).toBe(first.fuel)
  })

  it('keeps several modules apart', async () => {
    const [a, b] = [apps.printing('a'), apps.printing('b')]
    await slot.load(loadOf(a))
    await slot.load(loadOf(b))
    expect(text((await slot.run(unitOf(a))).stdout)).toBe('a')
    expect(text((await slot.run(unitOf(b))).stdout)).toBe('b')
  })

  it('refuses bytes that are not the named ones and rewrites that are not the promised ones', async () => {
    const app = apps.printing('x')
    const named = loadOf(app, { module: moduleName(apps.printing('y')) })
    await expect(slot.load(named)).rejects.toMatchObject({ code: 'module-hash-mismatch' })
    const promised = loadOf(app, { rewrittenHash: hex32('ab'.repeat(32)) })
    await expect(slot.load(promised)).rejects.toMatchObject({ code: 'module-hash-mismatch' })
    await expect(slot.run(unitOf(app))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('refuses a module that somebody else rewrote, and one that wants more than WASI', async () => {
    const { bytes } = await prepareModule(apps.endless, {
      rewriterVersion: REWRITER_VERSION,
      memoryLimitBytes: moduleName(apps.endless).memoryLimitBytes,
    })
    await expect(slot.load(loadOf(bytes))).rejects.toMatchObject({ code: 'module-refused' })
    await expect(slot.load(loadOf(apps.overreaching))).rejects.toMatchObject({ code: 'module-refused' })
    await expect(slot.load(loadOf(new Uint8Array(100)))).rejects.toMatchObject({ code: 'module-malformed' })
  })

  it('stops computing when paused and goes on when resumed', async () => {
    const { ended } = await runForLong()
    await slot.pause()
    const parked = await nextBeat()
    expect(parked).toMatchObject({ run: 9, phase: 'paused' })
    expect(await nextBeat()).toEqual(parked)
    await slot.resume()
    await expect.poll(async () => (await nextBeat()).ticks, { timeout: 5_000 }).toBeGreaterThan(parked.ticks)
    await slot.kill()
    await expect(ended).rejects.toMatchObject({ code: 'peer-gone' })
  })

  it('starts a unit parked when it was paused before', async () => {
    await slot.load(loadOf(apps.endless))
    await slot.pause()
    const beat = nextBeat()
    const ended = slot.run(unitOf(apps.endless, { maxFuel: 100_000_000n }))
    expect((await beat).ticks).toBe(0)
    await expect.poll(async () => (await nextBeat()).phase).toBe('paused')
    await slot.resume()
    expect((await ended).outcome).toBe('out-of-fuel')
  })

  it('goes on computing when throttled in the middle of a unit', async () => {
    await runForLong()
    await slot.throttle(0.1)
    const { ticks } = await nextBeat()
    await expect.poll(async () => (await nextBeat()).ticks, { timeout: 5_000 }).toBeGreaterThan(ticks)
  })

  it('reports progress', async () => {
    const { beats } = await runForLong(apps.reporting)
    expect(beats.at(-1)).toMatchObject({ run: 9, phase: 'running', fraction: 0.25 })
  })

  it('dies at once when killed in the middle of a unit, and can be opened again', async () => {
    const { ended } = await runForLong()
    const reasons: string[] = []
    slot.onClosed((reason) => reasons.push(reason))
    await slot.kill()
    expect(() => process.kill(slot.pid, 0)).toThrow()
    await expect(ended).rejects.toMatchObject({ code: 'peer-gone' })
    expect(reasons.length).toBe(1)
    await expect(slot.pause()).rejects.toMatchObject({ code: 'peer-gone' })
    const again = await host.open(0)
    await again.load(loadOf(apps.printing('again')))
    expect(text((await again.run(unitOf(apps.printing('again')))).stdout)).toBe('again')
  })

  it('gives each slot a process of its own and ends them all on close', async () => {
    const other = await host.open(1)
    expect(other.pid).not.toBe(slot.pid)
    await expect(host.open(1)).rejects.toMatchObject({ code: 'already-exists' })
    await host.close()
    for (const { pid } of [slot, other]) expect(() => process.kill(pid, 0)).toThrow()
  })
}
