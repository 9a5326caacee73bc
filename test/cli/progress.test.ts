import { describe, expect, it } from 'vitest'
import { PaceMeter } from '../../src-main/cli/eta.ts'
import { ProgressLine } from '../../src-main/cli/progress-line.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

const ERASE = '\r\u001b[2K'

describe('progress line', () => {
  it('overwrites itself on a terminal, at most ten times a second', () => {
    const terminal = fakeTerminal({ isTerminal: true })
    let nowMs = 0
    const progress = new ProgressLine(terminal, () => nowMs)
    progress.show('1 of 3')
    progress.show('2 of 3')
    nowMs = 100
    progress.show('3 of 3')
    progress.end()
    expect(terminal.text).toBe(`${ERASE}1 of 3${ERASE}3 of 3\n`)
  })

  it('writes plain lines elsewhere, one in ten seconds, and the same one only once', () => {
    const terminal = fakeTerminal()
    let nowMs = 0
    const progress = new ProgressLine(terminal, () => nowMs)
    for (const text of ['1 of 3', '2 of 3', '3 of 3', '3 of 3', '3 of 3']) {
      progress.show(text)
      nowMs += 6000
    }
    progress.end()
    expect(terminal.text).toBe('1 of 3\n3 of 3\n')
  })

  it('shows at once what matters', () => {
    const terminal = fakeTerminal()
    const progress = new ProgressLine(terminal, () => 0)
    progress.show('working')
    progress.show('done', true)
    expect(terminal.text).toBe('working\ndone\n')
  })

  it('never wraps', () => {
    const terminal = fakeTerminal({ isTerminal: true, columns: 20 })
    new ProgressLine(terminal, () => 0).show('x'.repeat(100))
    expect(terminal.text).toBe(`${ERASE}${'x'.repeat(18)}…`)
  })
})

describe('pace', () => {
  it('is unknown until something moves', () => {
    const meter = new PaceMeter()
    expect(meter.pace(0, 0, 10)).toEqual({ perSecond: 0, remainingMs: undefined })
    expect(meter.pace(1000, 0, 10)).toEqual({ perSecond: 0, remainingMs: undefined })
  })

  it('follows the last minute, not the whole run', () => {
    const meter = new PaceMeter()
    for (let s = 0; s <= 300; s++) meter.pace(s * 1000, s * 100, 1e6)
    let pace = meter.pace(301_000, 30_000, 1e6)
    for (let s = 302; s <= 400; s++) pace = meter.pace(s * 1000, 30_000 + (s - 301), 1e6)
    expect(pace.perSecond).toBeCloseTo(1, 1)
    expect(pace.remainingMs).toBeCloseTo(((1e6 - 30_099) / pace.perSecond) * 1000, 3)
  })
})
