import { describe, expect, it } from 'vitest'
import { askAgainAt, calledDelayMs, type LastRequest } from '../../src-main/domain/lease-request.ts'

const last = (changes: Partial<LastRequest>): LastRequest => ({
  at: 100_000,
  asked: 16,
  told: 0,
  added: 0,
  retryAfterMs: 1_000,
  inVain: 1,
  spread: 0,
  acknowledged: false,
  ...changes,
})
const full = last({ told: 16, added: 16, inVain: 0 })
const short = last({ told: 8, added: 8, inVain: 0 })

describe('work is asked for again', () => {
  it.each([
    ['at once after a full answer', full, 16, 0],
    ['after a second when nothing came', last({}), 0, 1_000],
    ['later each time nothing comes', last({ inVain: 3 }), 0, 4_000],
    ['after five seconds at most', last({ inVain: 30 }), 0, 5_000],
    ['as late as the publisher wants', last({ retryAfterMs: 60_000 }), 0, 60_000],
    ['half as long again at most by chance', last({ retryAfterMs: 60_000, spread: 1 }), 0, 90_000],
    ['later where every slot has its next two units', last({}), 5, 10_000],
    ['after less than was wanted not at once', short, 0, 1_000],
    ['at once when half of that is done and acknowledged', { ...short, acknowledged: true }, 4, 0],
    ['not while more than half of that waits', { ...short, acknowledged: true }, 5, 10_000],
    ['not because results are acknowledged when it held none', last({ acknowledged: true }), 0, 1_000],
    ['when half of what was only told again is done', last({ told: 8, acknowledged: true }), 4, 0],
  ])('%s', (_name, request, queued, waitMs) => {
    expect(askAgainAt(request, queued, 2) - request.at).toBe(waitMs)
  })
})

it('donors that are called come within a tenth of the publisher’s delay', () => {
  expect(calledDelayMs(last({ retryAfterMs: 60_000 }), 0.5)).toBe(3_000)
})
