import { describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../../src-main/contracts/rpc.ts'
import type { Beat, SlotSchema } from '../../../../src-main/contracts/slot.ts'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import type { UnitRun } from '../../../../src-main/domain/outcome.ts'
import { watchedSlot } from '../../../../src-main/engine/adapters/slot-host/watched-slot.ts'

const ENDED: UnitRun = {
  outcome: 'ok',
  exitCode: 0,
  fuel: 1n,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
}
const gone = (): PowerswarmError => new PowerswarmError('peer-gone', 'gone')

function watched() {
  let round = (): void => undefined
  let stopped = false
  let beat = (_beat: Beat): void => undefined
  let closers: ((reason: string) => void)[] = []
  let settle = { resolve: (_run: UnitRun): void => undefined, reject: (_error: Error): void => undefined }
  const die = (reason: string): void => {
    settle.reject(gone())
    for (const closer of closers) closer(reason)
    closers = []
  }
  const kill = vi.fn(() => {
    die('ended by SIGKILL')
    return Promise.resolve()
  })
  const program: Calls<SlotSchema> = {
    load: () => Promise.reject(gone()),
    run: () => new Promise((resolve, reject) => (settle = { resolve, reject })),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    throttle: () => Promise.resolve(),
    snapshot: () => Promise.resolve({ run: 0 }),
    snapshotPiece: () => Promise.resolve(new Uint8Array()),
  }
  const slot = watchedSlot(
    {
      slot: 4,
      pid: 1,
      program,
      kill,
      onBeat: (listener) => {
        beat = listener
        return () => undefined
      },
      onClosed: (listener) => {
        closers.push(listener)
        return () => undefined
      },
    },
    {
      every: (_ms, work) => {
        round = work
        return () => (stopped = true)
      },
      silenceMs: 5_000,
    },
  )
  const wait = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) round()
  }
  return {
    slot,
    kill,
    die,
    wait,
    beat: (ticks: number, phase: Beat['phase'] = 'running') => beat({ run: 1, phase, fuel: 0n, ticks }),
    end: () => settle.resolve(ENDED),
    stopped: () => stopped,
  }
}

describe('watchedSlot', () => {
  it('kills a slot that makes no progress in a unit, and says why', async () => {
    const { slot, kill, wait, stopped } = watched()
    const reasons: string[] = []
    slot.onClosed((reason) => reasons.push(reason))
    const run = slot.run({} as never)
    wait(4)
    expect(kill).not.toHaveBeenCalled()
    wait(1)
    expect(kill).toHaveBeenCalledTimes(1)
    await expect(run).rejects.toMatchObject({
      code: 'slot-failed',
      message: expect.stringContaining('no sign of life') as string,
    })
    expect(reasons).toEqual(['no sign of life for 5000 ms'])
    expect(stopped()).toBe(true)
  })

  it('takes ticks and pauses for life, and beats without either for silence', () => {
    const { slot, kill, wait, beat } = watched()
    slot.run({} as never).catch(() => undefined)
    for (let ticks = 1; ticks < 5; ticks++) {
      wait(4)
      beat(ticks)
    }
    for (let i = 0; i < 5; i++) {
      wait(4)
      beat(4, 'paused')
    }
    expect(kill).not.toHaveBeenCalled()
    for (let i = 0; i < 5; i++) {
      wait(1)
      beat(4)
    }
    expect(kill).toHaveBeenCalledTimes(1)
  })

  it('leaves an idle slot alone, and counts afresh for the next unit', async () => {
    const { slot, kill, wait, end } = watched()
    wait(100)
    const run = slot.run({} as never)
    wait(4)
    end()
    await run
    wait(100)
    slot.run({} as never).catch(() => undefined)
    wait(4)
    expect(kill).not.toHaveBeenCalled()
  })

  it('waits longer for a module with checkpoints', () => {
    const { slot, kill, wait } = watched()
    slot.load({ module: { checkpoint: true } } as never).catch(() => undefined)
    wait(19)
    expect(kill).not.toHaveBeenCalled()
    wait(1)
    expect(kill).toHaveBeenCalledTimes(1)
    const usual = watched()
    usual.slot.load({ module: {} } as never).catch(() => undefined)
    usual.wait(5)
    expect(usual.kill).toHaveBeenCalledTimes(1)
  })

  it('tells a death of its own from a kill that was asked for', async () => {
    const first = watched()
    const run = first.slot.run({} as never)
    first.die('exited with code 1')
    await expect(run).rejects.toMatchObject({
      code: 'slot-failed',
      message: 'slot 4 failed: exited with code 1',
    })
    await expect(first.slot.load({ module: {} } as never)).rejects.toMatchObject({ code: 'peer-gone' })

    const second = watched()
    const killed = second.slot.run({} as never)
    await second.slot.kill()
    await expect(killed).rejects.toMatchObject({ code: 'peer-gone' })
  })
})
