import { describe, expect, it } from 'vitest'
import { Control } from '../../../src-main/slot/program/control.ts'
import { Pacer } from '../../../src-main/slot/program/pacer.ts'

/** One thread plays both sides: what main would do from outside happens in `onPhase`. */
function pacing(init: { onPaused?: (control: Control) => void; wallMs?: number } = {}) {
  const control = new Control()
  const runnerControl = new Control(control.buffer)
  const phases: string[] = []
  let nowMs = 0
  const pacer = new Pacer({
    control: runnerControl,
    monotonicMs: () => nowMs,
    wallMs: init.wallMs ?? 1_000_000,
    onPhase: (phase) => {
      phases.push(phase)
      if (phase === 'paused') (init.onPaused ?? ((c) => c.requestResume()))(control)
    },
  })
  const work = (ms: number): void => {
    nowMs += ms
    pacer.tick(BigInt(Math.round(nowMs)))
  }
  return { control, pacer, phases, work, sleep: (ms: number) => (nowMs += ms), now: () => nowMs }
}

/** A throttled unit on a clock of its own, whose sleeps are recorded and last `oversleptMs` longer than asked for. */
function throttled(cpuShare: number, oversleptMs = 0) {
  const sleeps: number[] = []
  let nowMs = 0
  class RecordingControl extends Control {
    override waitForChange(_seen: number, ms = Infinity): void {
      sleeps.push(ms)
      nowMs += ms + oversleptMs
    }
  }
  const control = new RecordingControl()
  control.setCpuShare(cpuShare)
  const pacer = new Pacer({
    control,
    monotonicMs: () => nowMs,
    wallMs: 1_000_000,
    onPhase: () => undefined,
  })
  pacer.start()
  const work = (ms: number): void => {
    nowMs += ms
    pacer.tick(0n)
  }
  return { work, sleeps }
}

describe('Pacer', () => {
  it('parks before the first instruction when a pause was asked for earlier', () => {
    const { control, pacer, phases } = pacing()
    control.requestPause()
    pacer.start()
    expect(phases).toEqual(['running', 'paused', 'running'])
  })

  it('parks at a tick, reports the command it obeys, and goes on', () => {
    const { control, pacer, phases, work } = pacing({
      onPaused: (side) => {
        expect(side.isParkedFor(side.requestPause())).toBe(true)
        expect(side.read().phase).toBe('paused')
        side.requestResume()
      },
    })
    pacer.start()
    work(2)
    control.requestPause()
    work(2)
    expect(phases).toEqual(['running', 'paused', 'running'])
    expect(control.read()).toMatchObject({ phase: 'running', ticks: 2, fuel: 4n })
  })

  it('parks again for a pause that follows a resume at once', () => {
    let rounds = 0
    const { control, pacer, phases } = pacing({
      onPaused: (side) => {
        const before = side.requestPause()
        side.requestResume()
        if (rounds++ > 0) return
        expect(side.requestPause()).toBeGreaterThan(before)
        expect(side.isParkedFor(side.requestPause())).toBe(false)
      },
    })
    control.requestPause()
    pacer.start()
    expect(phases).toEqual(['running', 'paused', 'paused', 'running'])
  })

  it('ends a unit that computed for too long, not counting pauses', () => {
    const paced = pacing({
      wallMs: 100,
      onPaused: (side) => {
        paced.sleep(10_000)
        side.requestResume()
      },
    })
    paced.pacer.start()
    paced.work(60)
    paced.control.requestPause()
    paced.work(30)
    expect(() => paced.work(11)).toThrow(expect.objectContaining({ outcome: 'timeout' }))
  })

  it.each([
    { share: 0.25, sleepsMs: 6 },
    { share: 0.5, sleepsMs: 4 },
  ])('sleeps so that work takes $share of the time', ({ share, sleepsMs }) => {
    const { work, sleeps } = throttled(share)
    let workedMs = 0
    for (; workedMs < 40; workedMs += 2) work(2)
    expect(new Set(sleeps)).toEqual(new Set([sleepsMs]))
    const sleptMs = sleeps.length * sleepsMs
    expect(workedMs / (workedMs + sleptMs)).toBe(share)
  })

  it('takes a sleep that lasted too long off the next ones', () => {
    const { work, sleeps } = throttled(0.5, 8)
    for (let i = 0; i < 7; i++) work(2)
    expect(sleeps).toEqual([4])
    work(2)
    expect(sleeps).toEqual([4, 4])
  })

  it('does not sleep at full speed, and never for longer than half a second', () => {
    const full = throttled(1)
    full.work(1_000)
    expect(full.sleeps).toEqual([])
    const slow = throttled(0.01)
    slow.work(1_000)
    expect(slow.sleeps).toEqual([500])
  })

  it('reports progress between 0 and 1 and nothing before the app does', () => {
    const control = new Control()
    expect(control.read().fraction).toBeUndefined()
    control.setFraction(Number.NaN)
    expect(control.read().fraction).toBeUndefined()
    control.setFraction(7)
    expect(control.read().fraction).toBe(1)
    control.setFraction(0.5)
    expect(control.read().fraction).toBe(0.5)
    control.beginUnit()
    expect(control.read().fraction).toBeUndefined()
  })
})
