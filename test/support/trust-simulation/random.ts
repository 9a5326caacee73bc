/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number

/** A small generator of good quality (32-bit, period 2^128): four words of state, mixed from the seed. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let d = seed ^ 0xdeadbeef
  const next = (): number => {
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return (Math.imul(a + d, 0x9e3779b1) >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 32; i++) next()
  return next
}
