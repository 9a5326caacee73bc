import { parseBootstrap } from '../contracts/wire/link.ts'
import type { NetworkAddress } from '../domain/link.ts'
import type { PublisherStore } from './ports.ts'

/** What a publisher chose for its project and donors see only in the link: kept with the project's data. */

const BOOTSTRAP = 'bootstrap'

export function saveBootstrap(store: PublisherStore, bootstrap: readonly NetworkAddress[] | undefined): void {
  if (bootstrap === undefined) return
  store.setSetting(BOOTSTRAP, bootstrap.map(({ host, port }) => `${host}:${String(port)}`).join(','))
}

/** Undefined: the public DHT. */
export function readBootstrap(store: PublisherStore): readonly NetworkAddress[] | undefined {
  const text = store.setting(BOOTSTRAP)
  return text === undefined ? undefined : parseBootstrap(text)
}
