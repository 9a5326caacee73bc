/** Bytes that the donor's network took on one day, everything included: work, other donors, finding peers. */
export interface DayTraffic {
  /** Local day, `2026-11-22`. */
  readonly day: string
  readonly receivedBytes: number
  readonly sentBytes: number
}

/**
 * What the network may still be used for today: everything; no new work and no other donors, only the publishers, who
 * take results; nothing.
 */
export type NetworkUse = 'all' | 'results-only' | 'none'

const MB = 1_000_000
/** Beyond the limit results may take a tenth of it more: they are worth what computing them cost. */
const RESULTS_PART = 10

/**
 * Adds what has passed since the last count. A later day begins anew. An earlier one is a clock that was put back, and
 * keeps the count: no jump gives more than a day's limit, and none keeps a donor still beyond the next midnight.
 */
export function addTraffic(
  before: DayTraffic,
  day: string,
  passed: Pick<DayTraffic, 'receivedBytes' | 'sentBytes'>,
): DayTraffic {
  if (day > before.day) return { day, ...passed }
  return {
    day,
    receivedBytes: before.receivedBytes + passed.receivedBytes,
    sentBytes: before.sentBytes + passed.sentBytes,
  }
}

/** @param limitMB both directions together; 0 = no limit */
export function networkUse({ receivedBytes, sentBytes }: DayTraffic, limitMB: number): NetworkUse {
  const usedMB = (receivedBytes + sentBytes) / MB
  if (limitMB === 0 || usedMB < limitMB) return 'all'
  return usedMB - limitMB < limitMB / RESULTS_PART ? 'results-only' : 'none'
}
