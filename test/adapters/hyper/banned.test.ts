import { expect, it } from 'vitest'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { connected, settled, startDonor, startPublisher, useTestDht } from '../../support/hyper-net.ts'
import { manualTimers } from '../../support/manual-timers.ts'

const dht = useTestDht()

function refuse(): never {
  throw new PowerswarmError('banned', 'not from you')
}

it('tells a donor that is banned while it is connected so, and calls that no error', async () => {
  const errors: string[] = []
  const publisher = await startPublisher({
    dht,
    handlers: { lease: refuse },
    log: (level, event) => {
      if (level === 'error') errors.push(event)
    },
  })
  const { project } = await startDonor(publisher.link, 1)
  await connected(project)
  await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({ code: 'banned' })
  expect(project.state).toBe('connected')
  expect(errors).toEqual([])
})

it('turns a banned donor away at hello, which dials once a minute and is let in when it is pardoned', async () => {
  let isBanned = true
  let hellos = 0
  const publisher = await startPublisher({
    dht,
    handlers: {
      hello: () => {
        hellos++
        if (isBanned) refuse()
        return { version: 1, serverTime: 0, projectLength: 0, leaseUnits: 256, submitResults: 256 }
      },
    },
  })
  const timers = manualTimers()
  const { project } = await startDonor(publisher.link, 2, undefined, timers)
  await settled(project, () => project.troubleCode !== undefined)
  expect(project.troubleCode).toBe('banned')
  // Long enough for the swarm's own first retry, were it not told to leave it.
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  timers.advance(4 * LIMITS.redialMs)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(hellos).toBe(1)
  isBanned = false
  timers.advance(1.25 * LIMITS.bannedRetryMs)
  await connected(project)
  expect(project.troubleCode).toBeUndefined()
  expect(hellos).toBe(2)
})
