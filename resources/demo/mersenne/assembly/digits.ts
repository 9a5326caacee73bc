// A number modulo 2^p - 1 as a sequence of digits of two sizes (irrational base discrete weighted transform:
// R. Crandall and B. Fagin, "Discrete weighted transforms and large-integer arithmetic", Math. Comp. 62, 1994).
// Digit i holds bits ceil(p i / n) .. ceil(p (i+1) / n) - 1; times its weight, cyclic convolution is multiplication
// modulo 2^p - 1. Digits are balanced: -base/2 .. base/2.

import { prepareSquare, square, squareScale } from './square'

/** Bytes of a row: base, 1 / base, weight, 1 / (weight * scale of square). */
const ROW: usize = 32

let exponent: i32 = 0
let count: i32 = 0
let data: usize = 0
let rows: usize = 0
let capacity: i32 = 0
/** Largest distance from an integer that a digit had since startDigits; above 0.4 the result is not to be trusted. */
export let roundingError: f64 = 0

/** Sets the number to `value` (small) modulo 2^p - 1, with `n` digits: a power of two, at least 16, at most p. */
export function startDigits(p: i32, n: i32, value: f64): void {
  exponent = p
  count = n
  if (n > capacity) {
    if (capacity != 0) {
      heap.free(data)
      heap.free(rows)
    }
    data = heap.alloc(8 * <usize>n)
    rows = heap.alloc(ROW * <usize>n)
    capacity = n
  }
  prepareSquare(n)
  const scale = squareScale(n)
  for (let i = 0; i < n; i++) {
    const row = rows + ROW * <usize>i
    const base = <f64>(1 << digitBits(i))
    // 2^(ceil(p i / n) - p i / n), the fraction taken in integers so that it is exact.
    const weight = Math.pow(2.0, <f64>(<i64>firstBit(i) * n - <i64>p * i) / <f64>n)
    store<f64>(row, base)
    store<f64>(row, 1.0 / base, 8)
    store<f64>(row, weight, 16)
    store<f64>(row, 1.0 / (weight * scale), 24)
    store<f64>(data + 8 * <usize>i, 0)
  }
  roundingError = 0
  store<f64>(data, value)
}

/** The number becomes its square minus 2, modulo 2^p - 1. */
export function squareMinusTwo(): void {
  square(data)
  carryAll()
  store<f64>(data, load<f64>(data) - 2.0)
}

function firstBit(i: i32): i32 {
  return <i32>((<i64>exponent * i + count - 1) / count)
}

function digitBits(i: i32): i32 {
  return firstBit(i + 1) - firstBit(i)
}

/**
 * Rounds every digit, carries, and puts the weights back. Two carries run side by side, one through each half of the
 * digits: a carry has to wait for the one before it, and two of them wait at the same time.
 */
function carryAll(): void {
  const half = <usize>(count >> 1) * 8
  const rowHalf = <usize>(count >> 1) * ROW
  let row = rows
  let lowCarry = 0.0
  let highCarry = 0.0
  let worst = 0.0
  for (let at = data; at < data + half; at += 8, row += ROW) {
    const low = load<f64>(at) * load<f64>(row, 24)
    const high = load<f64>(at + half) * load<f64>(row + rowHalf, 24)
    const lowInteger = nearest(low)
    const highInteger = nearest(high)
    worst = max(worst, max(abs(low - lowInteger), abs(high - highInteger)))
    const lowSum = lowInteger + lowCarry
    const highSum = highInteger + highCarry
    lowCarry = nearest(lowSum * load<f64>(row, 8))
    highCarry = nearest(highSum * load<f64>(row + rowHalf, 8))
    store<f64>(at, (lowSum - lowCarry * load<f64>(row)) * load<f64>(row, 16))
    store<f64>(at + half, (highSum - highCarry * load<f64>(row + rowHalf)) * load<f64>(row + rowHalf, 16))
  }
  // 2^p is 1, so what leaves the last digit enters the first.
  carryInto(count >> 1, lowCarry)
  carryInto(0, highCarry)
  roundingError = max(roundingError, worst)
}

/** Adds to digit `i`, which already has its weight, and to the next ones as far as the carry reaches. */
function carryInto(i: i32, carry: f64): void {
  while (carry != 0) {
    const row = rows + ROW * <usize>i
    const at = data + 8 * <usize>i
    const weight = load<f64>(row, 16)
    const sum = nearest(load<f64>(at) / weight) + carry
    carry = nearest(sum * load<f64>(row, 8))
    store<f64>(at, (sum - carry * load<f64>(row)) * weight)
    i = (i + 1) & (count - 1)
  }
}

/** Turns the digits into the usual ones of the number in 0 .. 2^p - 2, after which only isZero and low64 make sense. */
export function finishDigits(): void {
  for (let i = 0; i < count; i++) {
    const at = data + 8 * <usize>i
    store<f64>(at, nearest(load<f64>(at) / load<f64>(rows + ROW * <usize>i, 16)))
  }
  // The carry that leaves the top comes in again at the bottom, at most twice.
  let carry = 0.0
  do {
    for (let i = 0; i < count; i++) {
      const at = data + 8 * <usize>i
      const base = load<f64>(rows + ROW * <usize>i)
      const sum = load<f64>(at) + carry
      carry = Math.floor(sum / base)
      store<f64>(at, sum - carry * base)
    }
  } while (carry != 0)
  for (let i = 0; i < count; i++)
    if (load<f64>(data + 8 * <usize>i) != load<f64>(rows + ROW * <usize>i) - 1) return
  // All ones is 2^p - 1, another way to write 0.
  memory.fill(data, 0, 8 * <usize>count)
}

export function isZero(): bool {
  for (let i = 0; i < count; i++) if (load<f64>(data + 8 * <usize>i) != 0) return false
  return true
}

/** The low 64 bits of the number; its exponent is at least 64. */
export function low64(): u64 {
  let bits: u64 = 0
  for (let i = 0; i < count && firstBit(i) < 64; i++)
    bits |= (<u64>load<f64>(data + 8 * <usize>i)) << firstBit(i)
  return bits
}
