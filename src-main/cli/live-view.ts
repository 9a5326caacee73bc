import type { Output } from './output.ts'
import { ProgressLine } from './progress-line.ts'

const JSON_EVERY_MS = 1000

export interface LiveViewInit<S> {
  readonly output: Output
  /** One line for people. */
  readonly line: (state: S) => string
  /** Changes of this word are shown at once, the others now and then. */
  readonly headline: (state: S) => string
}

/**
 * A state that changes while a command runs: a progress line for people, or with `--json` a line at once and then at
 * most one a second unless the headline changes. The last state is always shown.
 */
export class LiveView<S> {
  private readonly init: LiveViewInit<S>
  private readonly progress: ProgressLine
  private headline: string | undefined
  private waiting: { readonly state: S } | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(init: LiveViewInit<S>) {
    this.init = init
    this.progress = new ProgressLine(init.output.talk, () => performance.now())
  }

  show(state: S): void {
    if (this.init.output.json) this.showJson(state)
    else this.showLine(state)
  }

  /** Shows what was held back. */
  end(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { waiting } = this
    this.waiting = undefined
    if (waiting && this.init.output.json) this.init.output.answer(waiting.state, [])
    if (waiting && !this.init.output.json && !this.init.output.quiet)
      this.progress.show(this.init.line(waiting.state), true)
    this.progress.end()
  }

  private showJson(state: S): void {
    const headline = this.init.headline(state)
    if (this.timer && headline === this.headline) {
      this.waiting = { state }
      return
    }
    this.headline = headline
    this.waiting = undefined
    clearTimeout(this.timer)
    this.init.output.answer(state, [])
    this.timer = setTimeout(() => {
      this.timer = undefined
      if (this.waiting) this.showJson(this.waiting.state)
    }, JSON_EVERY_MS)
  }

  private showLine(state: S): void {
    if (this.init.output.quiet) return
    const headline = this.init.headline(state)
    this.waiting = { state }
    this.progress.show(this.init.line(state), headline !== this.headline)
    this.headline = headline
  }
}
