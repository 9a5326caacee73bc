import { describe, expect, it } from 'vitest'
import { Redial } from '../../../src-main/engine/adapters/hyper/redial.ts'
import { manualTimers } from '../../support/manual-timers.ts'

function dialler(random = 0.5) {
  const timers = manualTimers()
  const dials: number[] = []
  let now = 0
  const redial = new Redial({ timers, random: () => random, dial: () => dials.push(now) })
  return {
    redial,
    dials,
    timers,
    pass(seconds: number) {
      for (let i = 0; i < seconds * 10; i++) {
        now += 0.1
        timers.advance(100)
      }
    },
    rounded: () => dials.map((at) => Math.round(at)),
  }
}

describe('redialling', () => {
  it('dials at once, then backs off from five seconds to a minute', () => {
    const { redial, pass, rounded } = dialler()
    redial.start()
    pass(260)
    expect(rounded()).toEqual([0, 5, 15, 35, 75, 135, 195, 255])
  })

  it('spreads donors by a quarter to each side', () => {
    const early = dialler(0)
    const late = dialler(1)
    for (const { redial, pass } of [early, late]) {
      redial.start()
      pass(7)
    }
    expect([early.dials[1], late.dials[1]].map((at) => at?.toFixed(1))).toEqual(['3.8', '6.3'])
  })

  it('starts from five seconds again after it was stopped, and is one however often it is started', () => {
    const { redial, pass, rounded, timers } = dialler()
    redial.start()
    redial.start()
    pass(40)
    redial.stop()
    expect(timers.pending).toBe(0)
    pass(100)
    redial.start()
    pass(6)
    expect(rounded()).toEqual([0, 5, 15, 35, 140, 145])
  })
})
