import { describe, expect, it } from 'vitest'
import { donatingLine, donorLines } from '../../src-main/cli/donor-lines.ts'
import { donorState, projectView } from '../support/fixture-states.ts'

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

describe('a project that stands still', () => {
  const status = { kind: 'computing', units: 1 } as const
  const closed = projectView({ name: 'Old', state: 'closed', closed: true, leased: 0 })
  const away = projectView({ name: 'Away', connection: 'offline', leased: 3 })

  it('is named in the one line while others go on', () => {
    const line = donatingLine(donorState(status, { projects: [projectView(), closed, away] }))
    expect(line).toContain('Old: closed by its publisher')
    expect(line).toContain('Away: its publisher is away')
    expect(line).not.toContain('Prime gaps')
  })

  it('is not named twice where the line says already that the publisher is looked for', () => {
    const line = donatingLine(donorState({ kind: 'offline' }, { projects: [away] }))
    expect(line).toContain('Offline: looking for the publisher')
    expect(line).not.toContain('Away')
  })

  it('says why in its own line of the status, and on which network it is', () => {
    const other = projectView({ name: 'Ours', network: ['10.0.0.1:49737'] })
    const newer = projectView({
      name: 'New',
      connection: 'offline',
      state: 'other-version',
      trouble: 'update it',
    })
    const lines = donorLines(donorState(status, { projects: [closed, other, newer] }))
    expect(lines).toContainEqual(expect.stringMatching(/Old: closed by its publisher: there is no more work/))
    expect(lines).toContainEqual(expect.stringMatching(/Ours: connected; .+, network of 10\.0\.0\.1:49737/))
    expect(lines).toContainEqual(expect.stringMatching(/New: its publisher uses another version/))
    expect(lines[0]).toContain('update it')
  })
})
