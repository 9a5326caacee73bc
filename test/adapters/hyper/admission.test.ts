import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { Admission } from '../../../src-main/engine/adapters/hyper/admission.ts'
import { call } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { connected, settled, startDonor, startPublisher, useTestDht } from '../../support/hyper-net.ts'
import { stranger } from '../../support/hyper-stranger.ts'
import { manualTimers } from '../../support/manual-timers.ts'

const roomy = { all: 100, perAddress: 100, unproven: 100 }

describe('admission', () => {
  it('ends when all places are taken, and goes on when one is left', () => {
    const admission = new Admission({ ...roomy, all: 2 })
    const first = admission.admit('192.0.2.1')
    admission.admit('192.0.2.2')
    expect(admission.admit('192.0.2.3')).toBeUndefined()
    first?.leave()
    first?.leave()
    expect(admission.admit('192.0.2.3')).toBeDefined()
    expect(admission.admit('192.0.2.4')).toBeUndefined()
  })

  it('gives one address its share, and others theirs', () => {
    const admission = new Admission({ ...roomy, perAddress: 1 })
    const first = admission.admit('192.0.2.1')
    expect(admission.admit('192.0.2.1')).toBeUndefined()
    expect(admission.admit('192.0.2.2')).toBeDefined()
    first?.leave()
    expect(admission.admit('192.0.2.1')).toBeDefined()
  })

  it.each(['127.0.0.1', null])('does not count connections from %s', (address) => {
    const admission = new Admission({ ...roomy, perAddress: 1 })
    expect(admission.admit(address)).toBeDefined()
    expect(admission.admit(address)).toBeDefined()
  })

  it('keeps few places for those that have not said hello', () => {
    const admission = new Admission({ ...roomy, unproven: 1 })
    const first = admission.admit(null)
    expect(admission.admit(null)).toBeUndefined()
    first?.prove()
    first?.prove()
    expect(admission.admit(null)).toBeDefined()
    expect(admission.admit(null)).toBeUndefined()
  })

  it('frees the place of one that leaves without hello once', () => {
    const admission = new Admission({ ...roomy, unproven: 1 })
    const first = admission.admit(null)
    first?.leave()
    first?.prove()
    expect(admission.admit(null)).toBeDefined()
    expect(admission.admit(null)).toBeUndefined()
  })
})

describe('a publisher without room', () => {
  const dht = useTestDht()

  it('says that it is busy, closes the connection, and keeps those it has', async () => {
    const timers = manualTimers()
    const publisher = await startPublisher({ dht, timers, admission: { ...roomy, all: 1 } })
    const { project } = await startDonor(publisher.link, 2)
    await connected(project)
    const { connection, rpc, hello } = await stranger(publisher.link)
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    await expect(call(rpc, 'hello', hello())).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('no room') as string,
    })
    timers.advance(LIMITS.turnedAwayMs)
    await closed
    expect(publisher.network.donors()).toHaveLength(1)
    expect(project.state).toBe('connected')
  })

  it('has room again for a stranger as soon as the last one has said hello', async () => {
    const publisher = await startPublisher({ dht, admission: { ...roomy, unproven: 1 } })
    const silent = await stranger(publisher.link)
    const { project } = await startDonor(publisher.link, 2)
    await settled(project, () => project.trouble !== undefined)
    expect(project.trouble).toContain('no room')
    expect(project.troubleCode).toBe('busy')
    await call(silent.rpc, 'hello', silent.hello())
    await connected(project)
    expect(project.trouble).toBeUndefined()
  })
})
