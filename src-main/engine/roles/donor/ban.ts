import { LIMITS } from '../../../domain/limits.ts'

/** Whether a publisher takes this donor's results, as its last answer says. Times are of the monotonic clock. */
export class Ban {
  private banned = false
  private retryTime = Number.NEGATIVE_INFINITY

  /** Until the publisher answers a call again. */
  get stands(): boolean {
    return this.banned
  }
  /** No call is worthwhile before. */
  get retryAt(): number {
    return this.retryTime
  }

  /** The publisher refused a call. Answers whether that is news. */
  refused(now: number): boolean {
    const isNews = !this.banned
    this.banned = true
    this.retryTime = now + LIMITS.bannedRetryMs
    return isNews
  }

  /** The connection is gone: the next one brings a new answer. */
  reconnect(): void {
    this.retryTime = Number.NEGATIVE_INFINITY
  }

  lift(): void {
    this.banned = false
    this.reconnect()
  }
}
