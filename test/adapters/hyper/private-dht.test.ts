import { expect, it } from 'vitest'
import { startPrivateDht } from '../../../src-main/engine/adapters/hyper/private-dht.ts'

const HOST = '127.0.0.1'

it('a private DHT says which port another program has', async () => {
  const dht = await startPrivateDht({ host: HOST, nodes: 4 })
  try {
    const [{ port } = { port: 0 }] = dht.bootstrap
    await expect(startPrivateDht({ host: HOST, port, nodes: 4 })).rejects.toMatchObject({
      code: 'bad-argument',
      message: `UDP port ${String(port)} cannot be had: another program may use it`,
    })
  } finally {
    await dht.close()
  }
})
