/** How fast something advances, from what was seen lately. */
export interface Pace {
  readonly perSecond: number
  /** Time until everything is done at this pace; undefined while nothing moves. */
  readonly remainingMs: number | undefined
}

const WINDOW_MS = 60_000

/** Remembers a minute of (time, done) samples. Time is monotonic milliseconds, passed in. */
export class PaceMeter {
  private readonly samples: { readonly atMs: number; readonly done: number }[] = []

  /** Adds a sample; `total` may grow while it runs. */
  pace(atMs: number, done: number, total: number): Pace {
    this.samples.push({ atMs, done })
    while (this.samples.length > 2 && atMs - (this.samples[1]?.atMs ?? atMs) >= WINDOW_MS)
      this.samples.shift()
    const oldest = this.samples[0] ?? { atMs, done }
    const seconds = (atMs - oldest.atMs) / 1000
    const perSecond = seconds > 0 ? (done - oldest.done) / seconds : 0
    return { perSecond, remainingMs: perSecond > 0 ? ((total - done) / perSecond) * 1000 : undefined }
  }
}
