/** Keeps the last line of a stream of text, whatever way it is cut into pieces, and passes the pieces on. */
export interface LastWords {
  readonly hear: (piece: Uint8Array) => void
  /** The last line that is not empty, at most 500 characters. */
  readonly line: () => string
}

const KEPT_CHARS = 4096

export function lastWords(passOn: (piece: Uint8Array) => void): LastWords {
  const decoder = new TextDecoder()
  let tail = ''
  return {
    hear(piece) {
      passOn(piece)
      tail = (tail + decoder.decode(piece, { stream: true })).slice(-KEPT_CHARS)
    },
    line() {
      const lines = tail.split('\n').map((line) => line.trim())
      return lines.findLast((line) => line !== '')?.slice(0, 500) ?? ''
    },
  }
}
