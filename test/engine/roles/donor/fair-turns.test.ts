import { describe, expect, it } from 'vitest'
import { hex32, type ProjectKey } from '../../../../src-main/domain/ids.ts'
import { FairTurns } from '../../../../src-main/engine/roles/donor/fair-turns.ts'

const project = (byte: string): { readonly projectKey: ProjectKey } => ({
  projectKey: hex32<ProjectKey>(byte.repeat(32)),
})
const A = project('0a')
const B = project('0b')
const C = project('0c')

interface Work {
  readonly unitMs: number
  readonly expectedMs?: number
}

/** One slot that computes for so long; how long it did for each. */
function compute(turns: FairTurns, works: ReadonlyMap<typeof A, Work>, forMs: number): number[] {
  const had = new Map([...works.keys()].map((each) => [each, 0]))
  let index = 0
  for (let ms = 0; ms < forMs;) {
    const [next] = turns.order([...works.keys()])
    const { unitMs, expectedMs } = works.get(next!)!
    const unit = { batch: 0, index: index++ }
    turns.begin(next!.projectKey, unit, expectedMs)
    turns.end(next!.projectKey, unit, unitMs)
    had.set(next!, had.get(next!)! + unitMs)
    ms += unitMs
  }
  return [...had.values()].map((ms) => Math.round((10 * ms) / forMs) / 10)
}

describe('the turns of projects', () => {
  it('give equal time, though the units of one take fifty times as long', () => {
    const works = new Map([
      [A, { unitMs: 5_000, expectedMs: 5_000 }],
      [B, { unitMs: 100, expectedMs: 100 }],
    ])
    expect(compute(new FairTurns(), works, 1_000_000)).toEqual([0.5, 0.5])
  })

  it('give equal time, though nobody knew how long units would take', () => {
    const works = new Map([
      [A, { unitMs: 5_000 }],
      [B, { unitMs: 1_000 }],
    ])
    expect(compute(new FairTurns(), works, 1_000_000)).toEqual([0.5, 0.5])
  })

  it('follow the shares', () => {
    const works = new Map([
      [A, { unitMs: 1_000 }],
      [B, { unitMs: 1_000 }],
    ])
    const turns = new FairTurns((key) => (key === A.projectKey ? 4 : 1))
    expect(compute(turns, works, 1_000_000)).toEqual([0.8, 0.2])
  })

  it('count units at work, so that several slots do not all take the same project', () => {
    const turns = new FairTurns()
    const begun: ProjectKey[] = []
    for (let index = 0; index < 4; index++) {
      const [next] = turns.order([A, B])
      turns.begin(next!.projectKey, { batch: 0, index })
      begun.push(next!.projectKey)
    }
    expect(begun).toEqual([A, B, A, B].map(({ projectKey }) => projectKey))
  })

  it('give a newcomer no more than its share from now on', () => {
    const turns = new FairTurns()
    compute(turns, new Map([[A, { unitMs: 1_000 }]]), 1_000_000)
    const works = new Map([
      [A, { unitMs: 1_000 }],
      [C, { unitMs: 1_000 }],
    ])
    expect(compute(turns, works, 100_000)).toEqual([0.5, 0.5])
  })

  it('count a unit that was put back for nothing', () => {
    const turns = new FairTurns()
    const unit = { batch: 0, index: 0 }
    turns.begin(A.projectKey, unit, 1_000_000)
    expect(turns.order([A, B])[0]).toBe(B)
    turns.end(A.projectKey, unit, 0)
    turns.end(A.projectKey, unit, 5)
    expect(turns.order([A, B])[0]).toBe(A)
  })
})
