import { expect, it } from 'vitest'
import { advance, scaleOf } from '../../../src-renderer/screensaver/number-line.ts'
import { donorState, resultView, slotView } from '../../support/fixture-states.ts'

const COMPUTING = { kind: 'computing', units: 1 } as const

it('shows nothing before there is a unit', () => {
  expect(
    advance(undefined, donorState({ kind: 'waiting', reason: 'no-work' }, { results: [] })),
  ).toBeUndefined()
})

it('places results and running units by their index in the batch', () => {
  const line = advance(
    undefined,
    donorState(COMPUTING, {
      slots: [slotView(0)],
      results: [resultView(12, { state: 'pending' }), resultView(11)],
    }),
  )
  expect(line?.caption).toBe('Prime gaps · primes')
  expect(line?.running).toEqual([40])
  expect([...(line?.points ?? [])]).toEqual([
    [11, 'verified'],
    [12, 'pending'],
  ])
})

it('remembers points that have left the list, and lights up those that change', () => {
  const before = advance(
    undefined,
    donorState(COMPUTING, {
      slots: [slotView(0)],
      results: [resultView(12, { state: 'pending' }), resultView(11)],
    }),
  )
  const after = advance(before, donorState(COMPUTING, { slots: [slotView(1)], results: [resultView(12)] }))
  expect(after?.points.get(11)).toBe('verified')
  expect(after?.points.get(12)).toBe('verified')
  expect(after?.running).toEqual([41])
})

it('stays with its batch while one of its units runs, else follows the first slot', () => {
  const other = slotView(0, { unit: '9.5', projectName: 'Tiny folds', projectKey: 'ab'.repeat(32) })
  const first = advance(undefined, donorState(COMPUTING, { slots: [slotView(1)], results: [] }))
  const both = advance(first, donorState(COMPUTING, { slots: [other, slotView(1)], results: [] }))
  expect(both?.batch).toBe(3)
  const moved = advance(both, donorState(COMPUTING, { slots: [other], results: [resultView(3)] }))
  expect(moved?.batch).toBe(9)
  expect(moved?.points.size).toBe(0)
})

it('keeps no more than a night’s points', () => {
  const many = Array.from({ length: 1000 }, (_, index) => resultView(index)).toReversed()
  const line = advance(undefined, donorState(COMPUTING, { slots: [slotView(0)], results: many }))
  expect(line?.points.size).toBe(400)
  expect(line?.points.has(999)).toBe(true)
  expect(line?.points.has(0)).toBe(false)
})

it('leaves a unit off whose name it does not understand', () => {
  const line = advance(
    undefined,
    donorState(COMPUTING, { slots: [slotView(0, { unit: 'odd' })], results: [] }),
  )
  expect(line).toBeUndefined()
})

it.each([
  { indexes: [5] },
  { indexes: [16, 41] },
  { indexes: [0, 1_000_000] },
  { indexes: [7_000_123, 7_000_124] },
])('makes a round scale around $indexes', ({ indexes }) => {
  const points = new Map(indexes.map((index) => [index, 'verified' as const]))
  const scale = scaleOf({ projectKey: '', batch: 1, caption: '', points, hasFound: false, running: [] })
  expect(scale.first).toBeLessThanOrEqual(Math.min(...indexes))
  expect(scale.last).toBeGreaterThan(Math.max(...indexes))
  expect(scale.ticks.length).toBeGreaterThanOrEqual(5)
  expect(scale.ticks.length).toBeLessThanOrEqual(9)
  expect(scale.ticks.at(-1)).toBe(scale.last)
})

it('shows what the swarm found of the batch beside what this machine did', () => {
  const view = (unit: string) => ({ unit, args: [], summary: '' })
  const state = donorState(COMPUTING, {
    slots: [slotView(0)],
    results: [resultView(12, { state: 'pending' })],
  })
  const [project] = state.projects
  const found = [view('3.12'), view('3.90'), view('4.7')]
  const line = advance(undefined, { ...state, projects: [{ ...project!, found }] })
  expect([...(line?.points ?? [])].sort(([a], [b]) => a - b)).toEqual([
    [12, 'pending'],
    [90, 'found'],
  ])
  expect(line?.hasFound).toBe(true)
  expect(advance(undefined, state)?.hasFound).toBe(false)
})
