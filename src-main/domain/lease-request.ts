/** What the publisher answered to the last request for work. Times in ms of the monotonic clock. */
export interface LastRequest {
  /** When its answer came. */
  readonly at: number
  /** Units asked for, from 1. */
  readonly asked: number
  /** Units that the answer named: new ones, or where there are none those that are held already. */
  readonly told: number
  /** Units that were new. */
  readonly added: number
  /** How long the publisher wants to be left alone when there is nothing new. */
  readonly retryAfterMs: number
  /** Requests in a row that brought nothing new, this one included. */
  readonly inVain: number
  /** Random, from 0 up to 1: donors that ask in vain together are not to ask together again. */
  readonly spread: number
  /** The publisher has taken a result since: what it lets a donor hold has room again. */
  readonly acknowledged: boolean
}

/** Nothing came, and every slot has its next unit and the one after. */
const AT_EASE_MS = 10_000
const WAIT_MS_MIN = 1_000
const WAIT_MS_MAX = 5_000
/** Of the publisher's retry delay, which grows with its donors: over this much of it they spread when it calls them. */
const CALLED_WITHIN = 1 / 10

/**
 * When asking for more is worthwhile, by the monotonic clock; in the past for at once. After a full answer: at once.
 * After less than was asked for: when half of what the publisher lets this donor hold is computed and a result of it
 * acknowledged, since that is what makes room; else after a while, which grows as long as nothing comes.
 */
export function askAgainAt(last: LastRequest, queued: number, slots: number): number {
  if (last.added >= last.asked) return last.at
  if (last.acknowledged && last.told > 0 && queued <= last.told / 2) return last.at
  const patienceMs =
    queued > 2 * slots ? AT_EASE_MS : Math.min(WAIT_MS_MIN * 2 ** Math.max(0, last.inVain - 1), WAIT_MS_MAX)
  return last.at + Math.max(last.retryAfterMs, patienceMs) * (1 + last.spread / 2)
}

/** How long to wait when the publisher tells all donors of new work, so that they do not come all at once. */
export function calledDelayMs(last: LastRequest, random: number): number {
  return last.retryAfterMs * CALLED_WITHIN * random
}
