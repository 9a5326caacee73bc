import { describe, expect, it } from 'vitest'
import { Control } from '../../../../src-main/slot/program/control.ts'
import { Pacer } from '../../../../src-main/slot/program/pacer.ts'
import { SnapshotSearch } from '../../../../src-main/slot/program/snapshot/snapshot-search.ts'

/** A search whose clock the test moves. */
function searching() {
  const control = new Control()
  const answers: string[] = []
  const clock = { nowMs: 0 }
  const search = new SnapshotSearch({
    control,
    monotonicMs: () => clock.nowMs,
    onAnswer: (request, bytes) => answers.push(`${String(request)}: ${String(bytes?.length)}`),
  })
  return { control, search, answers, clock, look: () => search.look(control.command) }
}

describe('the search for a safe point', () => {
  it('begins with a request and ends with its bytes, once', () => {
    const { control, search, answers, look } = searching()
    look()
    expect(search.isSearching).toBe(false)
    control.requestSnapshot(1, 100)
    look()
    expect(search.isSearching).toBe(true)
    search.answer(new Uint8Array(7))
    look()
    expect(search.isSearching).toBe(false)
    expect(answers).toEqual(['1: 7'])
  })

  it('ends without bytes when its time is up', () => {
    const { control, search, answers, clock, look } = searching()
    control.requestSnapshot(1, 100)
    look()
    clock.nowMs = 100
    look()
    expect(search.isSearching).toBe(true)
    clock.nowMs = 101
    look()
    expect(answers).toEqual(['1: undefined'])
    control.requestSnapshot(2, 100)
    look()
    expect(search.isSearching).toBe(true)
  })

  it('goes on under a pause from before, and ends at one that comes later', () => {
    const { control, search, answers, look } = searching()
    control.requestPause()
    control.requestSnapshot(1, 100)
    look()
    expect(search.isSearching).toBe(true)
    control.requestResume()
    look()
    expect(search.isSearching).toBe(true)
    control.requestPause()
    look()
    expect(answers).toEqual(['1: undefined'])
  })

  it('has found what is wanted until a pause that comes later, however long that takes', () => {
    const { control, search, clock, look } = searching()
    const isStillWanted = (): boolean => search.isStillWanted(control.command)
    expect(isStillWanted()).toBe(false)
    control.requestPause()
    control.requestSnapshot(1, 100)
    look()
    clock.nowMs = 1_000
    expect(isStillWanted()).toBe(true)
    control.requestResume()
    expect(isStillWanted()).toBe(true)
    control.requestPause()
    expect(isStillWanted()).toBe(false)
  })

  it('is none of the next unit’s', () => {
    const { control, search, look } = searching()
    control.requestSnapshot(1, 100)
    control.beginUnit()
    look()
    expect(search.isSearching).toBe(false)
  })
})

describe('a pacer with a search', () => {
  it('leaves a pause waiting until the unit is saved, and parks then', () => {
    const { control, search, clock } = searching()
    const phases: string[] = []
    const pacer = new Pacer({
      control,
      search,
      monotonicMs: () => clock.nowMs,
      wallMs: 1000,
      computedMs: 40,
      onPhase: (phase) => {
        phases.push(phase)
        // Nobody else could: the thread is about to wait.
        if (phase === 'paused' && phases.length < 3) control.requestSnapshot(1, 100)
        else if (phase === 'paused') control.requestResume()
      },
    })
    control.requestPause()
    pacer.start()
    expect(phases).toEqual(['running', 'paused', 'running'])
    expect(search.isSearching).toBe(true)
    clock.nowMs = 2
    pacer.tick(5n)
    expect(pacer.computedMs).toBe(42)
    expect(phases.length).toBe(3)
    search.answer(new Uint8Array())
    pacer.goOn()
    expect(phases.slice(3)).toEqual(['paused', 'running'])
  })
})
