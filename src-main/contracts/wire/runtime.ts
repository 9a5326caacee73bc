import * as base from 'compact-encoding'
import { LIMITS } from '../../domain/limits.ts'

interface State {
  start: number
  end: number
  buffer: Uint8Array | null
}
interface Encoding<T> {
  preencode(state: State, value: T): void
  encode(state: State, value: T): void
  decode(state: State): T
}

/**
 * Lists grow as their elements arrive, so that a count alone can never make us allocate. The longest list of any record
 * names the units of a grant: a larger count is refused before anything is read.
 */
function array<T>(element: Encoding<T>): Encoding<readonly T[]> {
  return {
    preencode(state, list) {
      base.uint.preencode(state, list.length)
      for (const item of list) element.preencode(state, item)
    },
    encode(state, list) {
      base.uint.encode(state, list.length)
      for (const item of list) element.encode(state, item)
    },
    decode(state) {
      const count = base.uint.decode(state)
      if (count > LIMITS.grantUnits || count > state.end - state.start) throw new Error('List is too long')
      const list: T[] = []
      for (let i = 0; i < count; i++) list.push(element.decode(state))
      return list
    },
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One text has one encoding: malformed UTF-8 is an error, not a replacement character. */
const string: Encoding<string> = {
  preencode: (state, text) => base.string.preencode(state, text),
  encode: (state, text) => base.string.encode(state, text),
  decode: (state) => utf8.decode(base.buffer.decode(state)),
}

/** What the generated codecs run on: compact-encoding with lists and texts that do not trust their sender. */
export const c = { ...base, array, string }
