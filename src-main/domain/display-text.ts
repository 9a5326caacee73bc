import { PowerswarmError } from './errors.ts'

/**
 * Characters that could make a peer's text look like something else or break out of its line: control characters,
 * line separators, halves of surrogate pairs, direction marks, tag characters and the byte order mark.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\u{E0000}-\u{E007F}\uFEFF]/u

/**
 * What is wrong with a text that other people will see: a phrase that follows the text's name, or undefined.
 * `maxChars` counts code points.
 */
export function displayTextFault(text: string, maxChars: number): string | undefined {
  if (text.trim() === '') return 'is empty'
  return lineFault(text, maxChars)
}

/** Throws `bad-argument` for a text that nobody else should see. `what` begins the sentence: "The name of the app". */
export function checkDisplayText(what: string, text: string, maxChars: number): string {
  const fault = displayTextFault(text, maxChars)
  if (fault !== undefined) throw new PowerswarmError('bad-argument', `${what} ${fault}`)
  return text
}

/** Like {@link displayTextFault}, but an empty or blank text will do. */
export function lineFault(text: string, maxChars: number): string | undefined {
  if (text.length > 2 * maxChars || Array.from(text).length > maxChars)
    return `is longer than ${String(maxChars)} characters`
  if (UNSAFE.test(text)) return 'has control or direction characters'
  return undefined
}

/** A peer's words made fit for a log line or a window: unsafe characters become spaces, the rest is cut. */
export function displayLine(text: string, maxChars: number): string {
  const safe = text.slice(0, 4 * maxChars).replace(new RegExp(UNSAFE.source, 'gu'), ' ')
  const chars = Array.from(safe.trim())
  return chars.length > maxChars ? `${chars.slice(0, maxChars - 1).join('')}…` : chars.join('')
}
