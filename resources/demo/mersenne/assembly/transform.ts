// Fourier transform of complex f64 numbers, in place, lengths 2^m. Numbers are (real, imaginary) pairs, 16 bytes each,
// one vector register. Forward is decimation in frequency and leaves bit-reversed order; backward takes that order and
// is not normalised. Only +, -, * and the portable sine and cosine are used, so every machine gets the same bits.

const PAIR: usize = 16
/** Bytes of one group of factors: w^j, w^2j and w^3j, each as (c, c) and (-s, s). */
const GROUP: usize = 96

let length: i32 = 0
/** Groups for the stages of length n, n/4, n/16, ...; n / 4 + n / 16 + ... of them. */
let factors: usize = 0

/** Makes the tables for transforms of `n` complex numbers (a power of two, at least 8); cheap when they are there. */
export function prepareTransform(n: i32): void {
  if (n == length) return
  if (factors != 0) heap.free(factors)
  length = n
  factors = heap.alloc(GROUP * <usize>n)
  let at = factors
  for (let size = n; size >= 4; size >>= 2) {
    const quarter = size >> 2
    for (let j = 0; j < quarter; j++) {
      // In the order in which a radix-4 step needs them: second, third and fourth quarter.
      storeFactor(at, 2 * j, size)
      storeFactor(at + 32, j, size)
      storeFactor(at + 64, 3 * j, size)
      at += GROUP
    }
  }
}

function storeFactor(at: usize, numerator: i32, denominator: i32): void {
  const angle = (2.0 * Math.PI * <f64>numerator) / <f64>denominator
  const c = Math.cos(angle)
  const s = -Math.sin(angle)
  v128.store(at, f64x2.splat(c))
  v128.store(at + PAIR, f64x2.replace_lane(f64x2.splat(s), 0, -s))
}

// @ts-ignore: decorator
@inline
function swap(z: v128): v128 {
  return v128.shuffle<f64>(z, z, 1, 0)
}

/** z * w, with w as stored by storeFactor. */
// @ts-ignore: decorator
@inline
function times(z: v128, w: usize): v128 {
  return f64x2.add(f64x2.mul(z, v128.load(w)), f64x2.mul(swap(z), v128.load(w, PAIR)))
}

/** z * conjugate of w. */
// @ts-ignore: decorator
@inline
function timesConjugate(z: v128, w: usize): v128 {
  return f64x2.sub(f64x2.mul(z, v128.load(w)), f64x2.mul(swap(z), v128.load(w, PAIR)))
}

/** z * i */
// @ts-ignore: decorator
@inline
function timesI(z: v128): v128 {
  return f64x2.mul(swap(z), f64x2(-1, 1))
}

export function forward(data: usize): void {
  const end = data + PAIR * <usize>length
  let w = factors
  let size = length
  for (; size >= 4; size >>= 2) {
    const quarter = PAIR * <usize>(size >> 2)
    for (let block = data; block < end; block += quarter * 4) {
      let group = w
      for (let at = block; at < block + quarter; at += PAIR) {
        const a = v128.load(at)
        const b = v128.load(at + quarter)
        const c = v128.load(at + quarter * 2)
        const d = v128.load(at + quarter * 3)
        const ac = f64x2.add(a, c)
        const bd = f64x2.add(b, d)
        const acDifference = f64x2.sub(a, c)
        const bdDifference = timesI(f64x2.sub(b, d))
        v128.store(at, f64x2.add(ac, bd))
        v128.store(at + quarter, times(f64x2.sub(ac, bd), group))
        v128.store(at + quarter * 2, times(f64x2.sub(acDifference, bdDifference), group + 32))
        v128.store(at + quarter * 3, times(f64x2.add(acDifference, bdDifference), group + 64))
        group += GROUP
      }
    }
    w += GROUP * <usize>(size >> 2)
  }
  if (size == 2) pairs(data, end)
}

export function backward(data: usize): void {
  const end = data + PAIR * <usize>length
  const isOdd = (ctz(length) & 1) == 1
  if (isOdd) pairs(data, end)
  let w = factors
  for (let size = length; size >= 4; size >>= 2) w += GROUP * <usize>(size >> 2)
  for (let size = isOdd ? 8 : 4; size <= length; size <<= 2) {
    const quarter = PAIR * <usize>(size >> 2)
    w -= GROUP * <usize>(size >> 2)
    for (let block = data; block < end; block += quarter * 4) {
      let group = w
      for (let at = block; at < block + quarter; at += PAIR) {
        const a = v128.load(at)
        const b = timesConjugate(v128.load(at + quarter), group)
        const c = timesConjugate(v128.load(at + quarter * 2), group + 32)
        const d = timesConjugate(v128.load(at + quarter * 3), group + 64)
        const ab = f64x2.add(a, b)
        const cd = f64x2.add(c, d)
        const abDifference = f64x2.sub(a, b)
        const cdDifference = timesI(f64x2.sub(c, d))
        v128.store(at, f64x2.add(ab, cd))
        v128.store(at + quarter, f64x2.add(abDifference, cdDifference))
        v128.store(at + quarter * 2, f64x2.sub(ab, cd))
        v128.store(at + quarter * 3, f64x2.sub(abDifference, cdDifference))
        group += GROUP
      }
    }
  }
}

/** The step of length 2, which a power of two that is no power of four has left over. */
function pairs(data: usize, end: usize): void {
  for (let at = data; at < end; at += PAIR * 2) {
    const a = v128.load(at)
    const b = v128.load(at, PAIR)
    v128.store(at, f64x2.add(a, b))
    v128.store(at, f64x2.sub(a, b), PAIR)
  }
}
