import { expect, it } from 'vitest'
import { DonorHome, ok, unit } from '../../../support/donor-rig.ts'

const told = 'Its publisher takes no results from this donor any more'

it('says that its publisher banned it, asks once a minute, and goes on by itself once it is pardoned', async () => {
  const opened = await new DonorHome().start()
  const { connection, donor } = opened
  await opened.running(1)
  connection.ban('calls')
  opened.slot.end(ok)
  // The slot took its next unit before the publisher had answered; that one is the last.
  await opened.running(2)
  await opened.pass(10_000)
  opened.slot.end(ok)
  await opened.pass(10_000)
  expect(donor.state.projects).toMatchObject([{ state: 'banned', sentence: told }])
  expect(donor.state.projects[0]).not.toHaveProperty('trouble')
  expect(donor.state.status).toEqual({ kind: 'waiting', reason: 'banned' })
  expect(opened.runs).toHaveLength(2)
  await opened.pass(170_000)
  expect(connection.refused).toBeGreaterThanOrEqual(2)
  expect(connection.refused).toBeLessThanOrEqual(4)
  expect(opened.logged.filter((event) => event === 'project-banned')).toHaveLength(1)
  expect(opened.logged).not.toContain('publisher-call-failed')

  connection.ban('not')
  await opened.pass(65_000)
  expect(connection.submitted.map((result) => result.unit)).toEqual([unit(0), unit(1)])
  expect(donor.state.projects).toMatchObject([{ state: 'connected' }])
  await opened.running(3)
})

it('says so as well when it is turned away at once, as after a restart', async () => {
  const opened = await new DonorHome().start(undefined, undefined, (connection) => {
    connection.ban('hello')
  })
  const { connection, donor } = opened
  connection.setState('offline')
  await opened.pass(1_000)
  expect(donor.state.projects).toMatchObject([{ state: 'banned', sentence: told }])
  expect(donor.state.status).toEqual({ kind: 'waiting', reason: 'banned' })
  connection.setState('offline')
  expect(opened.logged.filter((event) => event === 'project-banned')).toHaveLength(1)

  connection.ban('not')
  await opened.pass(1_000)
  expect(donor.state.projects).toMatchObject([{ state: 'connected' }])
})
