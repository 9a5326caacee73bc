import { describe, expect, it } from 'vitest'
import { portPair } from '../../../../src-main/contracts/ports.ts'
import { serve, type Server } from '../../../../src-main/contracts/rpc.ts'
import { slotHostSchema, type SlotHostSchema } from '../../../../src-main/contracts/slot-host.ts'
import type { UnitRun } from '../../../../src-main/domain/outcome.ts'
import { createDesktopSlotHost } from '../../../../src-main/engine/adapters/slot-host/desktop-slot-host.ts'

/** Electron main as far as the engine sees it. */
function desktop() {
  const ports = portPair()
  const calls: string[] = []
  const ends = new Map<number, (run: UnitRun) => void>()
  const note = (name: string, slot: number, more = ''): void => {
    calls.push(`${name} ${String(slot)}${more}`)
  }
  const server: Server<SlotHostSchema> = serve<SlotHostSchema>(slotHostSchema, ports.b, {
    open: ({ slot }) => {
      note('open', slot)
      return { pid: 100 + slot, priority: { scheduler: 'idle', nice: true } }
    },
    load: ({ slot }) => {
      note('load', slot)
      return undefined as never
    },
    run: ({ slot }) => {
      note('run', slot)
      return new Promise((resolve) => ends.set(slot, resolve))
    },
    pause: ({ slot }) => note('pause', slot),
    resume: ({ slot }) => note('resume', slot),
    throttle: ({ slot, cpuShare }) => note('throttle', slot, ` ${String(cpuShare)}`),
    snapshot: ({ slot, withinMs }) => {
      note('snapshot', slot, ` ${String(withinMs)}`)
      return { run: 7, bytes: new Uint8Array([slot]), length: 3 }
    },
    snapshotPiece: ({ slot, at }) => {
      note('snapshotPiece', slot, ` ${String(at)}`)
      return new Uint8Array([slot + at])
    },
    kill: ({ slot }) => {
      note('kill', slot)
      server.notify('closed', { slot, reason: 'killed' })
    },
  })
  const isolation = { sandboxed: true, note: 'test' }
  const watch = { every: () => () => undefined, silenceMs: 1 }
  const moved: number[] = []
  const group = {
    knob: 'cpu.idle',
    add: (pid: number) => moved.push(pid) > 0,
    close: () => calls.push('close group'),
  }
  const told: unknown[] = []
  const log = (_level: string, event: string, details?: unknown): void => {
    told.push([event, details])
  }
  const host = createDesktopSlotHost({ port: ports.a, isolation, group, log, watch })
  return { host, isolation, server, calls, ends, ports, moved, told }
}

const UNIT = {
  run: 1,
  module: { moduleHash: 'ab'.repeat(32), rewriterVersion: 1, memoryLimitBytes: 1 },
  args: [],
  stdin: new Uint8Array(),
  seed: new Uint8Array(32),
  maxFuel: 1n,
  maxOutputBytes: 1,
} as never

describe('desktop slot host', () => {
  it('passes calls on to the slot they are for', async () => {
    const { host, calls, isolation } = desktop()
    expect(host.isolation).toBe(isolation)
    const slot = await host.open(2)
    expect(slot).toMatchObject({ slot: 2, pid: 102 })
    await slot.pause()
    await slot.resume()
    await slot.throttle(0.5)
    const pieces = ['snapshotPiece 2 1', 'snapshotPiece 2 2']
    expect(await slot.snapshot(30)).toEqual({ run: 7, bytes: new Uint8Array([2, 3, 4]) })
    expect(calls).toEqual(['open 2', 'pause 2', 'resume 2', 'throttle 2 0.5', 'snapshot 2 30', ...pieces])
    await expect(host.open(2)).rejects.toMatchObject({ code: 'already-exists' })
  })

  it('moves every slot into the idle group and tells once what was possible', async () => {
    const { host, calls, moved, told } = desktop()
    await host.open(1)
    await host.open(2)
    expect(moved).toEqual([101, 102])
    const facts = { group: 'cpu.idle', scheduler: 'idle', nice: true, autogroup: false }
    expect(told).toEqual([['slot-priority', facts]])
    await host.close()
    expect(calls.at(-1)).toBe('close group')
  })

  it('passes beats to the slot they are from', async () => {
    const { host, server } = desktop()
    const [first, second] = [await host.open(1), await host.open(2)]
    const beats: string[] = []
    first.onBeat(({ ticks }) => beats.push(`first ${String(ticks)}`))
    second.onBeat(({ ticks }) => beats.push(`second ${String(ticks)}`))
    server.notify('beat', { slot: 2, beat: { run: 1, phase: 'running', fuel: 0n, ticks: 5 } })
    server.notify('beat', { slot: 7, beat: { run: 1, phase: 'running', fuel: 0n, ticks: 6 } })
    server.notify('beat', { slot: 1, beat: { run: 1, phase: 'running', fuel: 0n, ticks: 7 } })
    await expect.poll(() => beats).toEqual(['second 5', 'first 7'])
  })

  it('ends what is pending when a slot dies, although main is still there', async () => {
    const { host, server, ends } = desktop()
    const slot = await host.open(1)
    const reasons: string[] = []
    slot.onClosed((reason) => reasons.push(reason))
    const run = slot.run(UNIT)
    await expect.poll(() => ends.size).toBe(1)
    server.notify('closed', { slot: 1, reason: 'crashed' })
    await expect(run).rejects.toMatchObject({ code: 'slot-failed', message: 'slot 1 failed: crashed' })
    await expect(slot.pause()).rejects.toMatchObject({ code: 'peer-gone' })
    expect(reasons).toEqual(['crashed'])
    expect((await host.open(1)).pid).toBe(101)
  })

  it('notices a slot that dies while it is being opened', async () => {
    const { host, server } = desktop()
    const opening = host.open(1)
    server.notify('closed', { slot: 1, reason: 'crashed at once' })
    const slot = await opening
    await expect(slot.pause()).rejects.toMatchObject({ code: 'peer-gone' })
  })

  it('kills all slots on close', async () => {
    const { host, calls } = desktop()
    const run = (await host.open(1)).run(UNIT)
    await host.open(2)
    await Promise.all([host.close(), expect(run).rejects.toMatchObject({ code: 'slot-failed' })])
    expect(calls.filter((call) => call.startsWith('kill'))).toEqual(['kill 1', 'kill 2'])
  })

  it('loses every slot when main goes away, and closing then still works', async () => {
    const { host, ports } = desktop()
    const slot = await host.open(1)
    const reasons: string[] = []
    slot.onClosed((reason) => reasons.push(reason))
    ports.close()
    expect(reasons).toEqual(['the desktop app is gone'])
    await slot.kill()
    await host.close()
  })
})
