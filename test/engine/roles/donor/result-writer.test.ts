import { describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { hex32, type ProjectKey } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { DonorStore, StoredResult } from '../../../../src-main/engine/ports.ts'
import { ResultWriter } from '../../../../src-main/engine/roles/donor/result-writer.ts'
import { manualTimers } from '../../../support/manual-timers.ts'

const result = (index: number): StoredResult => ({
  projectKey: hex32<ProjectKey>('11'.repeat(32)),
  unit: { batch: 0, index },
  appName: 'primes',
  args: [],
  run: { outcome: 'ok', fuel: 1n, stdout: new Uint8Array(), stderr: new Uint8Array() },
  state: 'computed',
  finishedAt: 0,
})

/** A writer over a disk that may be full: each inner list is one transaction. */
function writing() {
  const disk: { full: boolean; groups: number[][] } = { full: false, groups: [] }
  const saved: number[] = []
  const logged: string[] = []
  const timers = manualTimers()
  let group: number[] = []
  const store = {
    transact: (work: () => void) => {
      group = []
      work()
      disk.groups.push(group)
    },
    addResult: ({ unit }: StoredResult) => {
      if (disk.full) throw new PowerswarmError('disk-full', 'The disk is full')
      group.push(unit.index)
    },
  } as unknown as DonorStore
  const log = (_level: string, event: string): void => void logged.push(event)
  const follow: { first: (() => void) | undefined } = { first: undefined }
  const writer = new ResultWriter({ store, timers, log }, (results) => {
    const { first } = follow
    follow.first = undefined
    first?.()
    saved.push(...results.map(({ unit }) => unit.index))
  })
  return { writer, disk, saved, logged, timers, follow }
}

describe('what slots computed', () => {
  it('is saved at once when it comes alone', () => {
    const { writer, disk, saved, timers } = writing()
    writer.add(result(0))
    timers.advance(LIMITS.saveResultsEveryMs)
    writer.add(result(1))
    expect(disk.groups).toEqual([[0], [1]])
    expect(saved).toEqual([0, 1])
  })

  it('is saved in one transaction when it comes closely together', () => {
    const { writer, disk, saved, timers } = writing()
    for (let index = 0; index < 5; index++) writer.add(result(index))
    expect(saved).toEqual([0])
    timers.advance(LIMITS.saveResultsEveryMs)
    expect(disk.groups).toEqual([[0], [1, 2, 3, 4]])
    expect(saved).toEqual([0, 1, 2, 3, 4])
  })

  it('stays with the slot that brings it to a full disk', () => {
    const { writer, disk, saved } = writing()
    disk.full = true
    expect(() => writer.add(result(0))).toThrow(expect.objectContaining({ code: 'disk-full' }))
    disk.full = false
    writer.add(result(0))
    expect(saved).toEqual([0])
  })

  it('waits for a disk that fills up in between, and nothing more is accepted meanwhile', () => {
    const { writer, disk, saved, logged, timers } = writing()
    writer.add(result(0))
    writer.add(result(1))
    disk.full = true
    timers.advance(3 * LIMITS.saveResultsEveryMs)
    expect(logged).toEqual(['results-not-saved'])
    expect(() => writer.add(result(2))).toThrow(expect.objectContaining({ code: 'disk-full' }))
    disk.full = false
    timers.advance(LIMITS.saveResultsEveryMs)
    expect(saved).toEqual([0, 1])
    writer.add(result(2))
    timers.advance(LIMITS.saveResultsEveryMs)
    expect(saved).toEqual([0, 1, 2])
  })

  it('is on disk once and for all, whatever goes wrong behind it', () => {
    const { writer, disk, saved, logged, timers, follow } = writing()
    follow.first = () => {
      // Another one comes before the first is followed.
      writer.add(result(1))
      throw new Error('a listener fails')
    }
    writer.add(result(0))
    expect(logged).toEqual(['saved-results-not-followed'])
    follow.first = () => {
      throw new Error('a listener fails')
    }
    timers.advance(LIMITS.saveResultsEveryMs)
    writer.add(result(2))
    timers.advance(LIMITS.saveResultsEveryMs)
    expect(disk.groups).toEqual([[0], [1], [2]])
    expect(saved).toEqual([2])
    expect(logged).toEqual(['saved-results-not-followed', 'saved-results-not-followed'])
  })

  it('is saved when the writer closes, and no timer is left', () => {
    const { writer, saved, timers } = writing()
    writer.add(result(0))
    writer.add(result(1))
    writer.close()
    expect(saved).toEqual([0, 1])
    expect(timers.pending).toBe(0)
  })
})
