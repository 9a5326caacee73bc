import type { PublisherStore } from '../../ports.ts'

/** Numbers of the apps that `batch add --memory` published, separated by commas; no record tells them from others. */
const VARIANTS_SETTING = 'memory-variants'

/** Apps that only a batch's own memory limit finds: their name means the app that they were made from. */
export function variantApps(store: Pick<PublisherStore, 'setting'>): ReadonlySet<number> {
  const text = store.setting(VARIANTS_SETTING) ?? ''
  return new Set(text === '' ? [] : text.split(',').map(Number))
}

/** To be called in the transaction that adds the app. */
export function saveVariant(store: Pick<PublisherStore, 'setting' | 'setSetting'>, app: number): void {
  store.setSetting(VARIANTS_SETTING, [...variantApps(store), app].join(','))
}
