import type { Terminal } from './output.ts'

const ERASE_LINE = '\r\x1b[2K'
/** On a terminal the line follows events; in a log file a line now and then will do. */
const TERMINAL_EVERY_MS = 100
const PLAIN_EVERY_MS = 10_000

/** One line that is overwritten on a terminal, and plain lines, fewer of them, anywhere else. */
export class ProgressLine {
  private readonly terminal: Terminal
  private readonly monotonicMs: () => number
  private shown = ''
  private shownAtMs = Number.NEGATIVE_INFINITY

  constructor(terminal: Terminal, monotonicMs: () => number) {
    this.terminal = terminal
    this.monotonicMs = monotonicMs
  }

  /** Shows this text unless the last one is too fresh; `force` shows it anyway. */
  show(text: string, force = false): void {
    const everyMs = this.terminal.isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS
    const nowMs = this.monotonicMs()
    if (text === this.shown || (!force && nowMs - this.shownAtMs < everyMs)) return
    this.shown = text
    this.shownAtMs = nowMs
    this.terminal.write(this.terminal.isTerminal ? ERASE_LINE + this.fit(text) : `${text}\n`)
  }

  /** Writes a line that stays; the progress line goes on below it. */
  lineAbove(line: string): void {
    if (!this.terminal.isTerminal) {
      this.terminal.write(`${line}\n`)
      return
    }
    this.terminal.write(`${ERASE_LINE}${line}\n${this.fit(this.shown)}`)
  }

  /** Leaves the last text standing and starts a new line. */
  end(): void {
    if (this.terminal.isTerminal && this.shown !== '') this.terminal.write('\n')
    this.shown = ''
  }

  /** A line that wraps could not be erased. */
  private fit(text: string): string {
    const room = Math.max(10, this.terminal.columns - 1)
    return text.length > room ? `${text.slice(0, room - 1)}…` : text
  }
}
