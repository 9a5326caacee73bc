import type { Terminal } from '../../src-main/cli/output.ts'

/** A terminal that remembers what was written to it. */
export interface FakeTerminal extends Terminal {
  readonly text: string
}

export function fakeTerminal({ isTerminal = false, columns = 80 } = {}): FakeTerminal {
  let text = ''
  return {
    isTerminal,
    columns,
    write: (more) => {
      text += typeof more === 'string' ? more : Buffer.from(more).toString()
    },
    get text() {
      return text
    },
  }
}
