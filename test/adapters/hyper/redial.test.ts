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
  it('dials at once, then every five seconds, and after three minutes backs off to less than one', () => {
    const { redial, pass, rounded } = dialler()
    redial.start()
    pass(380)
    const steady = Array.from({ length: 37 }, (_, i) => 5 * i)
    expect(rounded()).toEqual([...steady, 190, 210, 250, 290, 330, 370])
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

  it('leaves whoever wants it alone for as long as it is told, and goes on by itself', () => {
    const { redial, pass, rounded } = dialler()
    redial.start()
    pass(7)
    redial.rest(60_000)
    pass(62)
    expect(rounded()).toEqual([0, 5, 67])
  })

  it('starts from five seconds again after it was stopped, and is one however often it is started', () => {
    const { redial, pass, rounded, timers } = dialler()
    redial.start()
    redial.start()
    pass(212)
    redial.stop()
    expect(timers.pending).toBe(0)
    const before = rounded().length
    pass(100)
    redial.start()
    pass(11)
    expect(rounded().slice(before)).toEqual([312, 317, 322])
  })
})
