import { expect, onTestFinished, test } from 'vitest'
import { portPair } from '../../../src-main/contracts/ports.ts'
import { connect, serve, type Handlers } from '../../../src-main/contracts/rpc.ts'
import { slotHostSchema } from '../../../src-main/contracts/slot-host.ts'
import { slotSchema, type Beat } from '../../../src-main/contracts/slot.ts'
import type { SlotWindow } from '../../../src-main/main/slot-windows/slot-window.ts'
import { serveSlots, type OpenSlot } from '../../../src-main/main/slot-windows/slot-windows.ts'

// No process has this id, so nothing real is given a lower priority.
const NO_PID = 2 ** 22 + 1

const PRIORITY = { scheduler: 'idle', nice: true } as const

function fakeWindow(pid: number, handlers: Partial<Handlers<typeof slotSchema>> = {}) {
  const { a, b, close } = portPair()
  const closers = new Set<(reason: string) => void>()
  const server = serve(slotSchema, b, handlers as Handlers<typeof slotSchema>)
  const end = (reason: string): void => {
    close()
    for (const closer of closers) closer(reason)
    closers.clear()
  }
  let kills = 0
  const window: SlotWindow = {
    pid,
    priority: PRIORITY,
    program: connect(slotSchema, a),
    onClosed: (listener) => void closers.add(listener),
    kill: () => {
      kills += 1
      end('killed')
    },
  }
  return { window, server, end, kills: () => kills }
}

function served(open: OpenSlot) {
  const { a, b, close } = portPair()
  const withdraw = serveSlots(a, open)
  onTestFinished(close)
  const host = connect(slotHostSchema, b)
  const closed: unknown[] = []
  host.on('closed', (notice) => closed.push(notice))
  return { host, withdraw, closed }
}

test('relays calls to the slot that they name, and its beats back', async () => {
  const shares: string[] = []
  const windows = [0, 1].map((slot) =>
    fakeWindow(NO_PID + slot, {
      throttle: ({ cpuShare }) => void shares.push(`slot ${String(slot)}: ${String(cpuShare)}`),
      snapshot: ({ withinMs }) => ({ run: withinMs, bytes: new Uint8Array([slot]) }),
      snapshotPiece: ({ at }) => new Uint8Array([at, slot]),
    }),
  )
  const { host } = served((slot) => Promise.resolve(windows[slot]!.window))
  expect(await host.open({ slot: 0 })).toEqual({ pid: NO_PID, priority: PRIORITY })
  expect(await host.open({ slot: 1 })).toEqual({ pid: NO_PID + 1, priority: PRIORITY })
  await host.throttle({ slot: 1, cpuShare: 0.5 })
  expect(shares).toEqual(['slot 1: 0.5'])
  const bytes = new Uint8Array([1])
  expect(await host.snapshot({ slot: 1, withinMs: 30 })).toEqual({ run: 30, bytes })
  expect(await host.snapshotPiece({ slot: 1, at: 9 })).toEqual(new Uint8Array([9, 1]))

  const beat: Beat = { run: 1, phase: 'running', fuel: 5n, ticks: 1 }
  const heard = new Promise((done) => host.on('beat', done))
  windows[1]!.server.notify('beat', beat)
  expect(await heard).toEqual({ slot: 1, beat })
})

test('refuses to open a slot twice, and what is not open', async () => {
  const { host } = served(() => Promise.resolve(fakeWindow(NO_PID).window))
  await host.open({ slot: 0 })
  await expect(host.open({ slot: 0 })).rejects.toMatchObject({ code: 'already-exists' })
  await expect(host.pause({ slot: 7 })).rejects.toMatchObject({ code: 'not-found' })
  await host.kill({ slot: 7 })
})

test('refuses a slot that shares its process with another', async () => {
  const windows = [fakeWindow(NO_PID), fakeWindow(NO_PID)]
  const { host } = served((slot) => Promise.resolve(windows[slot]!.window))
  await host.open({ slot: 0 })
  await expect(host.open({ slot: 1 })).rejects.toMatchObject({ code: 'slot-failed' })
  expect(windows.map(({ kills }) => kills())).toEqual([0, 1])
})

test('a killed slot rejects what waits, is reported once, and can be opened again', async () => {
  const window = fakeWindow(NO_PID, { pause: () => new Promise<never>(() => undefined) })
  const { host, closed } = served(() => Promise.resolve(window.window))
  await host.open({ slot: 0 })
  const waiting = host.pause({ slot: 0 })
  await host.kill({ slot: 0 })
  await expect(waiting).rejects.toMatchObject({ code: 'peer-gone' })
  await host.kill({ slot: 0 })
  expect(closed).toEqual([{ slot: 0, reason: 'killed' }])
  expect(await host.open({ slot: 0 })).toEqual({ pid: NO_PID, priority: PRIORITY })
})

test('says why a slot is gone when its process ends by itself', async () => {
  const window = fakeWindow(NO_PID)
  const { host, closed } = served(() => Promise.resolve(window.window))
  await host.open({ slot: 3 })
  window.end('its process ended: oom')
  await expect(host.pause({ slot: 3 })).rejects.toMatchObject({ code: 'not-found' })
  expect(closed).toEqual([{ slot: 3, reason: 'its process ended: oom' }])
})

test('a slot that is killed while it opens never comes up', async () => {
  const window = fakeWindow(NO_PID)
  let opened: (window: SlotWindow) => void = () => undefined
  const { host } = served(() => new Promise((done) => (opened = done)))
  const opening = host.open({ slot: 0 })
  await host.kill({ slot: 0 })
  opened(window.window)
  await expect(opening).rejects.toMatchObject({ code: 'slot-failed' })
  expect(window.kills()).toBe(1)
})

test('kills every slot when its engine is gone', async () => {
  const windows = [fakeWindow(NO_PID), fakeWindow(NO_PID + 1)]
  const { host, withdraw } = served((slot) => Promise.resolve(windows[slot]!.window))
  await host.open({ slot: 0 })
  await host.open({ slot: 1 })
  withdraw()
  expect(windows.map(({ kills }) => kills())).toEqual([1, 1])
})
