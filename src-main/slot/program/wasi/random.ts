/**
 * Random numbers that are the same on every donor: xoshiro128** (Blackman, Vigna: https://prng.di.unimi.it), its
 * 128-bit state mixed from a 32-byte seed. Not for secrets; a unit has none.
 */
export class SeededRandom {
  readonly #state = new Uint32Array(4)

  /** `seed` — 32 bytes. */
  constructor(seed: Uint8Array) {
    const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
    for (let i = 0; i < 8; i++) {
      const slot = i % 4
      this.#state[slot] = mix((this.#state[slot] ?? 0) ^ view.getUint32(4 * i, true), i)
    }
    // The one state that the generator cannot leave.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1
  }

  /** Four words, from which {@link restore} goes on. */
  save(): Uint32Array<ArrayBuffer> {
    return this.#state.slice()
  }

  restore(state: Uint32Array): void {
    this.#state.set(state)
  }

  /** Fills `bytes`, little-endian; a rest of less than four bytes takes a word of its own. */
  fill(bytes: Uint8Array): void {
    let [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = this.#state
    let word = 0
    for (let i = 0; i < bytes.length; i++) {
      if (i % 4 === 0) {
        word = Math.imul(rotate(Math.imul(s1, 5), 7), 9)
        const a = s2 ^ s0
        const b = s3 ^ s1
        const shifted = s1 << 9
        s1 ^= a
        s0 ^= b
        s2 = a ^ shifted
        s3 = rotate(b, 11)
      }
      bytes[i] = word & 0xff
      word >>>= 8
    }
    this.#state.set([s0, s1, s2, s3])
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Finaliser of MurmurHash3 over the word and its place, so that seeds that differ in one bit part at once. */
function mix(word: number, place: number): number {
  let h = (word + Math.imul(place + 1, 0x9e3779b9)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
