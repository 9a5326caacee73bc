import { describe, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import { stateNotices, wantedByShell } from '../../src-main/engine/state-notices.ts'
import { manualTimers } from '../support/manual-timers.ts'

/** A donor whose state counts how often it was made. */
function counting() {
  const made = { states: 0 }
  const donor = {
    sentence: 'Computing 1 unit',
    get summary() {
      return { sentence: this.sentence } as DonorState
    },
    get state() {
      made.states += 1
      return { sentence: this.sentence, slots: [] as unknown } as DonorState
    },
  }
  const timers = manualTimers()
  return { donor, made, timers, notices: stateNotices(donor, timers) }
}

describe('notices of the state', () => {
  it('come once what is going on is over, then at most every 100 ms', () => {
    const { donor, timers, notices } = counting()
    const told: string[] = []
    notices.listen(({ sentence }) => told.push(sentence))
    donor.sentence = 'between two units'
    notices.poke()
    donor.sentence = 'Computing 1 unit'
    timers.advance(0)
    donor.sentence = 'Computing 2 units'
    notices.poke()
    notices.poke()
    timers.advance(99)
    expect(told).toEqual(['Computing 1 unit'])
    timers.advance(1)
    expect(told).toEqual(['Computing 1 unit', 'Computing 2 units'])
    timers.advance(1000)
    expect(told).toHaveLength(2)
  })

  it('make no state that nobody wants', () => {
    const { made, timers, notices } = counting()
    notices.poke()
    timers.advance(100)
    notices.listen(
      () => undefined,
      () => false,
    )
    notices.poke()
    timers.advance(100)
    expect(made.states).toBe(0)
  })

  it('leave the shell alone while no window is open and its summary stays the same', () => {
    const { donor, timers, notices } = counting()
    const told: string[] = []
    let watching = false
    notices.listen(
      ({ sentence }) => told.push(sentence),
      wantedByShell(() => watching),
    )
    const change = (sentence = donor.sentence): void => {
      donor.sentence = sentence
      notices.poke()
      timers.advance(100)
    }
    change()
    change()
    expect(told).toHaveLength(1)
    change('Paused by you')
    expect(told).toHaveLength(2)
    watching = true
    change()
    change()
    expect(told).toHaveLength(4)
  })

  it('end with the engine', () => {
    const { made, timers, notices } = counting()
    notices.listen(() => undefined)
    notices.poke()
    notices.stop()
    timers.advance(1000)
    expect(made.states).toBe(0)
  })
})
