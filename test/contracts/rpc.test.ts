import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { channel, portPair } from '../../src-main/contracts/ports.ts'
import {
  call,
  CAUSES_MAX,
  connect,
  notice,
  nothing,
  serve,
  type Handlers,
} from '../../src-main/contracts/rpc.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'

const schema = {
  add: call<{ a: number; b: number }, number>(v.object({ a: v.number(), b: v.number() })),
  fail: call<void, void>(nothing),
  hang: call<void, void>(nothing),
  moved: notice<{ to: number }>(v.object({ to: v.number() })),
}
const handlers: Handlers<typeof schema> = {
  add: ({ a, b }) => a + b,
  fail: () => {
    throw new PowerswarmError('file-not-found', 'There is no such file', {
      cause: new Error('ENOENT'),
      details: { path: 'x' },
    })
  },
  hang: () => new Promise(() => undefined),
}

function joined() {
  const pair = portPair()
  const server = serve(schema, pair.a, handlers)
  return { pair, server, client: connect(schema, pair.b) }
}

describe('the rpc kit', () => {
  it('answers calls, many at a time', async () => {
    const { client } = joined()
    expect(await Promise.all([1, 2, 3].map((a) => client.add({ a, b: 1 })))).toEqual([2, 3, 4])
  })

  it('parses arguments on arrival and names the field at fault', async () => {
    const { client } = joined()
    const wrong = client.add({ a: 1, b: 'two' as unknown as number })
    await expect(wrong).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(wrong).rejects.toThrow("'b'")
  })

  it('carries code, message, details and cause across, and no stack of the other side', async () => {
    const { client } = joined()
    const error = await client.fail().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(PowerswarmError)
    expect(error).toMatchObject({
      code: 'file-not-found',
      message: 'There is no such file',
      details: { path: 'x' },
      cause: { code: 'internal', message: 'ENOENT' },
    })
  })

  it('carries some causes of an error and leaves out those behind them', async () => {
    const pair = portPair()
    const endless = new Error('round and round')
    endless.cause = endless
    serve(schema, pair.a, {
      ...handlers,
      fail: () => {
        throw endless
      },
    })
    let error: unknown = await connect(schema, pair.b)
      .fail()
      .catch((caught: unknown) => caught)
    let causes = 0
    for (; error instanceof Error && error.cause !== undefined; error = error.cause) causes++
    expect(causes).toBe(CAUSES_MAX)
  })

  it('outlives an error with more causes than a stack could hold', async () => {
    const { client, pair } = joined()
    let cause: unknown = { code: 'internal', message: '' }
    for (let i = 0; i < 20_000; i++) cause = { code: 'internal', message: '', cause }
    const pending = client.hang()
    pair.a.post({ t: 'error', id: 1, error: cause })
    await expect(pending).rejects.toMatchObject({ code: 'internal' })
    pair.b.post({ t: 'error', id: 1, error: cause })
    expect(await client.add({ a: 1, b: 1 })).toBe(2)
  })

  it('rejects pending and later calls with peer-gone when the port closes', async () => {
    const { client, pair } = joined()
    const pending = client.hang()
    pair.close()
    await expect(pending).rejects.toMatchObject({ code: 'peer-gone' })
    await expect(client.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'peer-gone' })
  })

  it('rejects pending calls with peer-gone when the client closes', async () => {
    const { client } = joined()
    const pending = client.hang()
    client.close()
    await expect(pending).rejects.toMatchObject({ code: 'peer-gone' })
  })

  it('refuses a call that the schema does not declare, inherited names included', async () => {
    const pair = portPair()
    serve(schema, pair.a, handlers)
    const wider = connect(
      { ...schema, toString: call<void, void>(nothing), drop: call<void, void>(nothing) },
      pair.b,
    )
    await expect(wider.drop()).rejects.toMatchObject({ code: 'unknown-call' })
    const inherited: () => unknown = wider.toString
    await expect(inherited()).rejects.toMatchObject({ code: 'unknown-call' })
  })

  it('delivers notices in order and drops those that fail their schema', async () => {
    const { client, pair, server } = joined()
    const seen: number[] = []
    client.on('moved', ({ to }) => seen.push(to))
    server.notify('moved', { to: 1 })
    pair.a.post({ t: 'notice', name: 'moved', value: { to: 'x' } })
    server.notify('moved', { to: 2 })
    await client.add({ a: 0, b: 0 })
    expect(seen).toEqual([1, 2])
  })

  it.each([[null], ['x'], [{ t: 'call' }], [{ t: 'ok', id: 'x' }], [{ t: 'error', id: 1, error: 3 }]])(
    'ignores the malformed frame %j',
    async (frame) => {
      const { client, pair } = joined()
      pair.a.post(frame)
      pair.b.post(frame)
      expect(await client.add({ a: 1, b: 1 })).toBe(2)
    },
  )

  it('parses an answer on arrival where its call declares a schema', async () => {
    const checked = {
      half: call<number, { half: number }>(v.number(), v.object({ half: v.number() })),
      free: call<number, { half: number }>(v.number()),
    }
    const pair = portPair()
    const lie = { half: 'many' } as unknown as { half: number }
    serve(checked, pair.a, {
      half: (n) => (n === 0 ? lie : ({ half: n / 2, more: 'x' } as { half: number })),
      free: () => lie,
    })
    const client = connect(checked, pair.b)
    expect(await client.half(4)).toEqual({ half: 2 })
    const malformed = client.half(0)
    await expect(malformed).rejects.toMatchObject({ code: 'bad-record' })
    await expect(malformed).rejects.toThrow("answer to 'half' at 'half'")
    expect(await client.free(4)).toBe(lie)
  })

  it('keeps channels on one port apart', async () => {
    const pair = portPair()
    serve(schema, channel(pair.a, 'one'), handlers)
    serve(schema, channel(pair.a, 'two'), { ...handlers, add: () => 42 })
    expect(await connect(schema, channel(pair.b, 'one')).add({ a: 1, b: 1 })).toBe(2)
    expect(await connect(schema, channel(pair.b, 'two')).add({ a: 1, b: 1 })).toBe(42)
  })
})
