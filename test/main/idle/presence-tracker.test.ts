import { beforeEach, expect, test } from 'vitest'
import type { Presence } from '../../../src-main/domain/presence.ts'
import { presenceTracker, type PresenceTracker } from '../../../src-main/main/idle/presence-tracker.ts'
import { FakeScheduler } from '../../support/fake-scheduler.ts'

let scheduler: FakeScheduler
let tracker: PresenceTracker
let idleSeconds: number | undefined
let polls: number
let heard: string[]

const text = (presence: Presence): string =>
  presence.kind === 'idle' ? `idle ${presence.forMs} ${presence.source}` : presence.kind

beforeEach(() => {
  scheduler = new FakeScheduler()
  idleSeconds = 0
  polls = 0
  heard = []
  tracker = presenceTracker({
    source: {
      name: 'X11',
      idleSeconds: () => {
        polls += 1
        return idleSeconds
      },
    },
    scheduler,
    report: (presence) => heard.push(text(presence)),
    inputSeen: () => heard.push('input'),
    idleFor: (forMs) => heard.push(`for ${String(forMs)}`),
  })
})

/** Moves time and the source's seconds together. */
function idleOn(seconds: number): void {
  for (let i = 0; i < seconds; i++) {
    idleSeconds = (idleSeconds ?? 0) + 1
    scheduler.advance(1000)
  }
}

test('reports at the start and once a second while nothing is computed', () => {
  tracker.start()
  idleOn(2)
  expect(heard).toEqual(['idle 0 X11', 'for 0', 'idle 1000 X11', 'for 1000', 'idle 2000 X11', 'for 2000'])
})

test('while units run it polls every 100 ms and reports nothing but input, at once', () => {
  tracker.start()
  idleOn(5)
  tracker.setComputing(true)
  heard = []
  polls = 0
  idleSeconds = 6
  scheduler.advance(1000)
  expect(polls).toBe(10)
  expect(heard).toEqual(['for 6000'])
  idleSeconds = 0
  scheduler.advance(99)
  expect(heard).toEqual(['for 6000'])
  scheduler.advance(1)
  expect(heard).toEqual(['for 6000', 'idle 0 X11', 'input'])
  scheduler.advance(900)
  expect(heard).toHaveLength(3)
})

test.each([
  ['to nothing', 9, 0],
  ['by a little', 9, 8],
])('takes any drop of the idle time for input: %s', (_name, from, to) => {
  idleSeconds = from
  tracker.start()
  tracker.setComputing(true)
  heard = []
  idleSeconds = to
  scheduler.advance(100)
  expect(heard).toEqual([`idle ${to * 1000} X11`, 'input'])
})

test('says that it cannot tell where no source can be trusted, and never claims input', () => {
  idleSeconds = undefined
  tracker.start()
  scheduler.advance(2000)
  expect(heard).toEqual(['unknown', 'unknown', 'unknown'])
})

test('an answer after none is neither input nor taken for it', () => {
  idleSeconds = undefined
  tracker.start()
  idleSeconds = 0
  scheduler.advance(1000)
  expect(heard).toEqual(['unknown', 'idle 0 X11', 'for 0'])
})

test('a locked screen counts as away, whatever is typed at it', () => {
  tracker.start()
  heard = []
  tracker.setLocked(true)
  tracker.setComputing(true)
  idleSeconds = 3
  scheduler.advance(100)
  idleSeconds = 0
  scheduler.advance(1000)
  expect(heard).toEqual(['idle 86400000 lock screen'])
})

test('to unlock is input at once, even while the source says otherwise', () => {
  idleSeconds = 100
  tracker.start()
  tracker.setLocked(true)
  heard = []
  tracker.setLocked(false)
  tracker.setLocked(false)
  expect(heard).toEqual(['idle 0 X11', 'input'])
})

test('reports again at once when units stop', () => {
  idleSeconds = 10
  tracker.start()
  tracker.setComputing(true)
  heard = []
  tracker.setComputing(false)
  expect(heard).toEqual(['idle 10000 X11'])
})

test('polls no more after a stop', () => {
  tracker.start()
  tracker.stop()
  polls = 0
  scheduler.advance(10_000)
  expect(polls).toBe(0)
  expect(scheduler.pending).toBe(0)
})
