import { formatRelay, parseBootstrap, parseRelay } from '../contracts/wire/link.ts'
import type { Link } from '../domain/link.ts'
import type { PublisherStore } from './ports.ts'

/** What a publisher chose for its project and donors see only in the link: kept with the project's data. */
export type NetworkChoice = Pick<Link, 'bootstrap' | 'relay'>

const BOOTSTRAP = 'bootstrap'
const RELAY = 'relay'

export function saveNetworkChoice(store: PublisherStore, { bootstrap, relay }: NetworkChoice): void {
  if (bootstrap !== undefined)
    store.setSetting(BOOTSTRAP, bootstrap.map(({ host, port }) => `${host}:${String(port)}`).join(','))
  if (relay !== undefined) store.setSetting(RELAY, formatRelay(relay))
}

/** Without `bootstrap`: the public DHT. */
export function readNetworkChoice(store: PublisherStore): NetworkChoice {
  const bootstrap = store.setting(BOOTSTRAP)
  const relay = store.setting(RELAY)
  return {
    ...(bootstrap === undefined ? {} : { bootstrap: parseBootstrap(bootstrap) }),
    ...(relay === undefined ? {} : { relay: parseRelay(relay) }),
  }
}
