import { KIB } from '../../../domain/units.ts'

/** Unit of saving: small enough that sparse memories stay small, large enough that their list is. */
export const SAVED_PAGE_BYTES = 4 * KIB

/** Some hundred microseconds of looking at, copying or hashing. */
export const PAGES_AT_A_TIME = 256

/**
 * Numbers of the pages of a linear memory that hold anything, ascending; undefined when there are more than `most`, and
 * as soon as `isWanted` says no.
 */
export function pagesInUse(
  memory: ArrayBuffer,
  most: number,
  isWanted: () => boolean = () => true,
): number[] | undefined {
  const words = new Int32Array(memory)
  const pageWords = SAVED_PAGE_BYTES / 4
  const pages: number[] = []
  for (let start = 0; start < words.length; start += pageWords) {
    if (start % (PAGES_AT_A_TIME * pageWords) === 0 && !isWanted()) return undefined
    if (isZero(words, start, start + pageWords)) continue
    if (pages.length === most) return undefined
    pages.push(start / pageWords)
  }
  return pages
}

/** Fills with zeros what is not zero yet: pages that were never touched take no memory, and should not. */
export function clearMemory(memory: ArrayBuffer): void {
  for (const page of pagesInUse(memory, Infinity) ?? [])
    new Uint8Array(memory, page * SAVED_PAGE_BYTES, SAVED_PAGE_BYTES).fill(0)
}

function isZero(words: Int32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (words[at] !== 0) return false
  return true
}
