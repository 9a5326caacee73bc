import { describe, expect, it } from 'vitest'
import { Meter } from '../../../src-main/slot/program/meter.ts'

function attached(limit: bigint, quantum: bigint) {
  const ticks: bigint[] = []
  const global = { value: 0n }
  const meter = new Meter({ limit, quantum, onTick: (used) => ticks.push(used) })
  meter.attach(global)
  /** What the module does at a check. */
  const spend = (fuel: bigint): void => {
    global.value -= fuel
    if (global.value < 0n) meter.tick()
  }
  return { meter, global, ticks, spend }
}

describe('Meter', () => {
  it('counts what is spent over several quanta', () => {
    const { meter, spend, ticks } = attached(1_000n, 10n)
    for (let i = 0; i < 5; i++) spend(7n)
    expect(meter.used()).toBe(35n)
    expect(ticks).toEqual([14n, 28n])
  })

  it('lets a unit use its limit to the last unit of fuel, and not one more', () => {
    for (const quantum of [1n, 3n, 10n, 1_000n]) {
      const { spend, meter } = attached(100n, quantum)
      for (let i = 0; i < 20; i++) spend(5n)
      expect(meter.used()).toBe(100n)
      expect(meter.exceeded).toBe(false)
      expect(() => spend(1n)).toThrow(expect.objectContaining({ outcome: 'out-of-fuel' }))
      expect(meter.used()).toBe(101n)
    }
  })

  it('stops at the same check whatever the quantum', () => {
    const stop = (quantum: bigint): number => {
      const { spend } = attached(97n, quantum)
      for (let check = 0; ; check++) {
        try {
          spend(BigInt(1 + (check % 6)))
        } catch {
          return check
        }
      }
    }
    expect(new Set([1n, 2n, 5n, 64n, 96n, 97n, 98n, 1n << 40n].map(stop)).size).toBe(1)
  })

  it('charges the host’s own work like the module’s', () => {
    const { meter } = attached(100n, 10n)
    meter.charge(60)
    expect(meter.used()).toBe(60n)
    expect(() => meter.charge(41)).toThrow(expect.objectContaining({ outcome: 'out-of-fuel' }))
  })

  it('sees a limit passed between two checks', () => {
    const { meter, global } = attached(100n, 1_000n)
    global.value -= 150n
    expect(meter.exceeded).toBe(true)
    expect(meter.used()).toBe(150n)
  })

  it('does not let a module run before it is metered', () => {
    const meter = new Meter({ limit: 10n, onTick: () => undefined })
    expect(() => meter.tick()).toThrow(expect.objectContaining({ outcome: 'host-failure' }))
  })
})
