import { describe, expect, it } from 'vitest'
import { TickSpacing } from '../../../src-main/slot/program/tick-spacing.ts'

/** Lets a program of constant speed run for some ticks; returns how long the last one took. */
function settle(spacing: TickSpacing, nsPerFuel: number): number {
  let ms = 0
  for (let tick = 0; tick < 40; tick++) {
    ms = (Number(spacing.quantum) * nsPerFuel) / 1e6
    spacing.took(ms)
  }
  return ms
}

describe('the fuel between two ticks', () => {
  it.each([0.06, 0.2, 1, 10, 30])('comes to equal times for a program of %d ns a fuel', (nsPerFuel) => {
    expect(settle(new TickSpacing(), nsPerFuel)).toBeCloseTo(0.15, 2)
  })

  it('recovers from a thread that was not scheduled for long', () => {
    const spacing = new TickSpacing()
    settle(spacing, 1)
    const before = spacing.quantum
    spacing.took(10_000)
    expect(spacing.quantum).toBeLessThan(before)
    spacing.took(0)
    spacing.took(0)
    expect(spacing.quantum).toBe(before)
  })

  it('is short before anything is known of the program', () => {
    const slowestNsPerFuel = 30
    expect((Number(new TickSpacing().quantum) * slowestNsPerFuel) / 1e6).toBeLessThan(5)
  })

  it('stays within bounds', () => {
    const spacing = new TickSpacing()
    for (let tick = 0; tick < 100; tick++) spacing.took(0)
    expect(spacing.quantum).toBe(1n << 26n)
    for (let tick = 0; tick < 100; tick++) spacing.took(1e9)
    expect(spacing.quantum).toBe(1n << 12n)
  })
})
