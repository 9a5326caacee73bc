const [P1, P2, P3, P4] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f]
const LANE_WORDS = 4
/** 1 MiB. */
const WORDS_AT_A_TIME = 1 << 18

/**
 * xxHash32 (https://github.com/Cyan4973/xxHash) over whole words: finds what a disk or a hand changed, some gigabytes a
 * second; no protection against forgery. `length` and the offset of `bytes` must be multiples of 4.
 * Undefined as soon as `isWanted` says no.
 */
export function checksum(bytes: Uint8Array, length: number): number
export function checksum(bytes: Uint8Array, length: number, isWanted: () => boolean): number | undefined
export function checksum(bytes: Uint8Array, length: number, isWanted = () => true): number | undefined {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >>> 2)
  const whole = words.length - (words.length % LANE_WORDS)
  let a = (P1 + P2) | 0
  let b = P2 | 0
  let c = 0
  let d = -P1 | 0
  for (let at = 0; at < whole; at += LANE_WORDS) {
    if (at % WORDS_AT_A_TIME === 0 && !isWanted()) return undefined
    a = round(a, words[at] ?? 0)
    b = round(b, words[at + 1] ?? 0)
    c = round(c, words[at + 2] ?? 0)
    d = round(d, words[at + 3] ?? 0)
  }
  let hash = whole === 0 ? 0x165667b1 : (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  hash = (hash + length) | 0
  for (let at = whole; at < words.length; at++)
    hash = Math.imul(rotate((hash + Math.imul(words[at] ?? 0, P3)) | 0, 17), P4)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, P2)) | 0, 13), P1)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
