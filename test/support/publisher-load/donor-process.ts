import { once } from 'node:events'
import type DHT from 'hyperdht'
import { parseLink } from '../../../src-main/contracts/wire/link.ts'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { openDht } from '../../../src-main/engine/adapters/hyper/dht.ts'
import { deviceKeyPair, donorKeyOf, donorKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import { sayHello } from '../../../src-main/engine/adapters/hyper/publisher-link.ts'
import type { Link } from '../../../src-main/domain/link.ts'
import { answerParent } from './forked.ts'
import { SlimDonor, type LoadInit } from './slim-donor.ts'

/** A process of slim donors: one UDP socket, and for each donor a Noise stream with keys of its own. */

/** Connections opened at once: each is a handshake that the publisher answers between its other work. */
const CONNECTING = 16

/** As udx-native counts it. */
export interface Traffic {
  readonly bytesTransmitted: number
  readonly bytesReceived: number
  readonly packetsTransmitted: number
  readonly packetsReceived: number
}

let dht: DHT | undefined
const donors: SlimDonor[] = []

async function connect(node: DHT, { projectKey }: Link, donor: number): Promise<SlimDonor> {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, donor)
  const donorKeys = donorKeyPair(seed, projectKey)
  const connection = node.connect(hexToBytes(projectKey), { keyPair: deviceKeyPair(seed) })
  const ended = new Promise<never>((_, reject) => {
    connection.on('error', reject)
  })
  // It matters only while somebody waits for the connection to open.
  ended.catch(() => undefined)
  await Promise.race([once(connection, 'connect'), ended])
  const quiet = (): void => undefined
  const link = await sayHello({
    connection,
    projectKey,
    donorKeys,
    now: Date.now,
    onWork: quiet,
    onGranted: quiet,
  })
  return new SlimDonor(link, donorKeyOf(donorKeys), donor)
}

answerParent({
  async connect({ link: text, from, count }: { link: string; from: number; count: number }) {
    const link = parseLink(text)
    dht = openDht(
      { bootstrap: link.bootstrap ?? [], host: '127.0.0.1' },
      { open: false, keepAliveMs: LIMITS.donorKeepAliveMs },
    )
    await dht.fullyBootstrapped()
    for (let first = from; first < from + count; first += CONNECTING) {
      const numbers = Array.from(
        { length: Math.min(CONNECTING, from + count - first) },
        (_, offset) => first + offset,
      )
      const node = dht
      donors.push(...(await Promise.all(numbers.map((number) => connect(node, link, number)))))
    }
  },
  start(init: LoadInit) {
    for (const donor of donors) donor.start(init)
  },
  idle() {
    for (const donor of donors) donor.startIdle()
  },
  /** UDP packets of this process and the bytes in them, without the headers of UDP and IP. */
  traffic(): Traffic {
    // Not in its types: only benches count.
    const { udx } = dht as unknown as { readonly udx: Traffic }
    const { bytesTransmitted, bytesReceived, packetsTransmitted, packetsReceived } = udx
    return { bytesTransmitted, bytesReceived, packetsTransmitted, packetsReceived }
  },
  stop: (init: LoadInit) => Promise.all(donors.map((donor) => donor.stop(init))),
  async disconnect() {
    donors.length = 0
    await dht?.destroy({ force: true })
  },
  end: () => dht?.destroy({ force: true }),
})
