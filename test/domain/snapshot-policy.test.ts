import { describe, expect, it } from 'vitest'
import { snapshotStep, type SnapshotSituation } from '../../src-main/domain/snapshot-policy.ts'

const pace = { lookMs: 5_000, everyMs: 300_000, youngMs: 10_000, longPauseMs: 60_000 }
const computing: SnapshotSituation = {
  computedMs: 400_000,
  savedMs: 0,
  triedMs: 0,
  failedInPause: false,
  ending: false,
}

describe('a unit in a slot', () => {
  it.each<[string, Partial<SnapshotSituation>, string]>([
    ['computes and was never saved', {}, 'save'],
    ['has computed just as long as it may unsaved', { computedMs: 300_000 }, 'save'],
    ['has computed a little less', { computedMs: 299_999 }, 'none'],
    ['was saved not long ago', { savedMs: 200_000, triedMs: 200_000 }, 'none'],
    ['was saved long ago', { computedMs: 500_000, savedMs: 200_000, triedMs: 200_000 }, 'save'],
    ['was tried in vain not long ago', { triedMs: 200_000 }, 'none'],
    ['goes on from a snapshot', { savedMs: 390_000 }, 'none'],
    ['is paused for a moment', { pausedForMs: 59_999 }, 'none'],
    ['is paused for long', { pausedForMs: 60_000 }, 'release'],
    ['is paused for long and saved', { pausedForMs: 60_000, savedMs: 400_000 }, 'release'],
    ['is paused for long and cannot be saved', { pausedForMs: 90_000, failedInPause: true }, 'none'],
    ['is paused for long and young', { pausedForMs: 90_000, computedMs: 9_999 }, 'none'],
    ['must end unsaved', { ending: true, computedMs: 10_000 }, 'save'],
    ['must end though it was tried in vain', { ending: true, triedMs: 400_000, failedInPause: true }, 'save'],
    ['must end and has computed since it was saved', { ending: true, savedMs: 399_999 }, 'save'],
    ['must end and is saved', { ending: true, savedMs: 400_000 }, 'none'],
    ['must end young', { ending: true, computedMs: 9_999 }, 'none'],
    ['must end in a pause', { ending: true, pausedForMs: 1 }, 'save'],
  ])('that %s', (_, change, step) => {
    expect(snapshotStep({ ...computing, ...change }, pace)).toBe(step)
  })
})
