import { expect, it } from 'vitest'
import { donorLines } from '../../src-main/cli/donor-lines.ts'
import { donorState } from '../support/fixture-states.ts'

it('warns of a publisher that signed two stories', () => {
  const state = donorState({ kind: 'waiting', reason: 'no-work' })
  const [project] = state.projects
  const signedTwice = [{ about: 'ledger 0', foundAt: Date.UTC(2026, 0, 2) }]
  const lines = donorLines({ ...state, projects: [{ ...project!, signedTwice }] })
  expect(lines).toContainEqual(
    expect.stringMatching(
      /WARNING {2}the publisher of .+ signed two stories of ledger 0, found 2026-01-02T.+donor evidence/,
    ),
  )
  expect(donorLines(state).join()).not.toContain('WARNING')
})
