import { expect, it, onTestFinished } from 'vitest'
import { deviceKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import { openDht, type DhtInit } from '../../../src-main/engine/adapters/hyper/dht.ts'

/** How often a connection of such a node gives a sign of life, in milliseconds. */
function keepAliveOf(init: DhtInit): number {
  const dht = openDht({ bootstrap: [{ host: '127.0.0.1', port: 9 }] }, init)
  onTestFinished(() => dht.destroy({ force: true }))
  const connection = dht.connect(new Uint8Array(32).fill(7), {
    keyPair: deviceKeyPair(new Uint8Array(32)),
  })
  connection.on('error', () => undefined)
  const { keepAlive } = connection
  connection.destroy()
  return keepAlive
}

it('gives signs of life on idle connections as seldom as it is told, else every five seconds', () => {
  expect(keepAliveOf({ open: false, keepAliveMs: 70_000 })).toBe(70_000)
  expect(keepAliveOf({ open: true })).toBe(5_000)
})
