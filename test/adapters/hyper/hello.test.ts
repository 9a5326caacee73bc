import { describe, expect, it } from 'vitest'
import { WIRE_VERSION } from '../../../src-main/contracts/wire/codec.ts'
import { encodeLeaseRequest } from '../../../src-main/contracts/wire/lease.ts'
import { encodeResults, encodeSubmit } from '../../../src-main/contracts/wire/submit.ts'
import { hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { call } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { signSubmit } from '../../../src-main/engine/adapters/hyper/signatures.ts'
import { startPublisher, useTestDht, type TestPublisher } from '../../support/hyper-net.ts'
import { device, stranger, type Stranger } from '../../support/hyper-stranger.ts'
import { manualTimers } from '../../support/manual-timers.ts'

const dht = useTestDht()

async function meet(): Promise<Stranger & { readonly publisher: TestPublisher }> {
  const publisher = await startPublisher({ dht })
  return { publisher, ...(await stranger(publisher.link)) }
}

const lease = encodeLeaseRequest({ units: 1, fuelCapacity: 0n })

describe('hello', () => {
  it('opens the other calls', async () => {
    const { rpc, hello, publisher } = await meet()
    await call(rpc, 'hello', hello())
    await expect(call(rpc, 'lease', lease)).resolves.toBeInstanceOf(Uint8Array)
    expect(publisher.network.donors()).toHaveLength(1)
  })

  it('must come first', async () => {
    const { rpc } = await meet()
    await expect(call(rpc, 'lease', lease)).rejects.toMatchObject({ code: 'bad-record' })
  })

  it('must come in time', async () => {
    const timers = manualTimers()
    const publisher = await startPublisher({ dht, timers })
    const silent = await stranger(publisher.link)
    const closed = new Promise<void>((resolve) => silent.connection.once('close', resolve))
    await expect(call(silent.rpc, 'lease', lease)).rejects.toMatchObject({ code: 'bad-record' })
    timers.advance(LIMITS.helloTimeoutMs)
    await closed
  })

  it('is refused a second time on one connection', async () => {
    const { rpc, hello } = await meet()
    await call(rpc, 'hello', hello())
    await expect(call(rpc, 'hello', hello())).rejects.toMatchObject({ code: 'bad-record' })
  })

  it.each([
    ['for another project', { projectKey: hex32<ProjectKey>('ab'.repeat(32)) }],
    ['on another connection', { handshakeHash: new Uint8Array(64).fill(5) }],
  ])('is refused when its signature was made %s', async (_what, change) => {
    const { rpc, hello, publisher } = await meet()
    await expect(call(rpc, 'hello', hello(change))).rejects.toMatchObject({ code: 'bad-signature' })
    expect(publisher.network.donors()).toEqual([])
  })

  it('is refused for a donor key that did not sign it', async () => {
    const { rpc, hello } = await meet()
    const bytes = hello()
    bytes[5] = (bytes[5] ?? 0) ^ 1
    await expect(call(rpc, 'hello', bytes)).rejects.toMatchObject({ code: 'bad-signature' })
  })

  it('of a newer protocol is answered with words for the person, and logged in the same', async () => {
    const logged: unknown[] = []
    const publisher = await startPublisher({
      dht,
      log: (_level, event, details) => logged.push(event, details),
    })
    const { rpc, hello } = await stranger(publisher.link)
    const bytes = hello()
    bytes[0] = WIRE_VERSION + 1
    await expect(call(rpc, 'hello', bytes)).rejects.toMatchObject({
      code: 'protocol-version',
      message: expect.stringContaining('older Powerswarm must update') as string,
    })
    expect(logged).toEqual([
      'peer of another protocol',
      { why: expect.stringContaining('older Powerswarm must update') as string },
    ])
  })

  it('does not make up for results that somebody else signed', async () => {
    const { rpc, hello, publisher } = await meet()
    await call(rpc, 'hello', hello())
    const results = encodeResults([
      {
        unit: { batch: 0, index: 0 },
        outcome: 'ok',
        exitCode: 0,
        fuel: 1n,
        stdout: new Uint8Array(),
        engine: '',
      },
    ])
    const signature = signSubmit(publisher.link.projectKey, results, device.secretKey)
    await expect(call(rpc, 'submit', encodeSubmit({ results, signature }))).rejects.toMatchObject({
      code: 'bad-signature',
    })
  })

  it('does not help a peer that keeps sending rubbish: the third time it is cut off', async () => {
    const { rpc, connection } = await meet()
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    for (let i = 0; i < 3; i++)
      await expect(call(rpc, 'hello', new Uint8Array([1, 2, 3]))).rejects.toBeInstanceOf(Error)
    await closed
  })
})
