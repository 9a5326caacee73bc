// Cyclic convolution of a real sequence with itself. Its 2n numbers are taken as n complex ones (even and odd places),
// which halves the transform. With E, O the transforms of the even and odd places, the square has E^2 + w O^2 and
// 2 E O, where w turns once around the circle over the n frequencies.

import { backward, forward, prepareTransform } from './transform'

const PAIR: usize = 16

let pairCount: i32 = 0
/** w for the first half of every block of frequencies, in the order in which square() comes by. */
let turns: usize = 0

/** Makes the tables for sequences of `count` real numbers: a power of two, at least 16. */
export function prepareSquare(count: i32): void {
  const n = count >> 1
  if (n == pairCount) return
  prepareTransform(n)
  if (turns != 0) heap.free(turns)
  pairCount = n
  turns = heap.alloc(PAIR * <usize>(n >> 1))
  let at = turns
  for (let block = 2; block < n; block <<= 1)
    for (let t = 0; t < block >> 1; t++) {
      const angle = (-2.0 * Math.PI * <f64>reverseBits(block + t, n)) / <f64>n
      store<f64>(at, Math.cos(angle))
      store<f64>(at, Math.sin(angle), 8)
      at += PAIR
    }
}

function reverseBits(index: i32, n: i32): i32 {
  let result = 0
  for (let bit = 1; bit < n; bit <<= 1) {
    result = (result << 1) | (index & 1)
    index >>= 1
  }
  return result
}

/** What the result of square() is too large by. */
export function squareScale(count: i32): f64 {
  return <f64>(count >> 1) * 4.0
}

/** Replaces the sequence at `data` by its cyclic convolution with itself, times squareScale(). */
export function square(data: usize): void {
  forward(data)
  squareFrequencies(data)
  backward(data)
}

function squareFrequencies(data: usize): void {
  const re0 = load<f64>(data)
  const im0 = load<f64>(data, 8)
  store<f64>(data, 4.0 * (re0 * re0 + im0 * im0))
  store<f64>(data, 8.0 * re0 * im0, 8)
  const re1 = load<f64>(data, 16)
  const im1 = load<f64>(data, 24)
  store<f64>(data, 4.0 * (re1 * re1 - im1 * im1), 16)
  store<f64>(data, 8.0 * re1 * im1, 24)
  // In bit-reversed order frequency k and its mirror image n - k lie mirrored in blocks of 2, 4, 8, ...
  let turn = turns
  for (let block = 2; block < pairCount; block <<= 1) {
    let low = data + PAIR * <usize>block
    let high = data + PAIR * <usize>(2 * block - 1)
    for (; low < high; low += PAIR, high -= PAIR, turn += PAIR) squareMirrored(low, high, turn)
  }
}

// @ts-ignore: decorator
@inline
function squareMirrored(low: usize, high: usize, turn: usize): void {
  const a = load<f64>(low)
  const b = load<f64>(low, 8)
  const c = load<f64>(high)
  const d = load<f64>(high, 8)
  const evenRe = a + c
  const evenIm = b - d
  const oddRe = b + d
  const oddIm = c - a
  const oddSquareRe = oddRe * oddRe - oddIm * oddIm
  const oddSquareIm = 2.0 * oddRe * oddIm
  const wRe = load<f64>(turn)
  const wIm = load<f64>(turn, 8)
  const sumRe = evenRe * evenRe - evenIm * evenIm + (wRe * oddSquareRe - wIm * oddSquareIm)
  const sumIm = 2.0 * evenRe * evenIm + (wRe * oddSquareIm + wIm * oddSquareRe)
  const productRe = 2.0 * (evenRe * oddRe - evenIm * oddIm)
  const productIm = 2.0 * (evenRe * oddIm + evenIm * oddRe)
  store<f64>(low, sumRe - productIm)
  store<f64>(low, sumIm + productRe, 8)
  store<f64>(high, sumRe + productIm)
  store<f64>(high, productRe - sumIm, 8)
}
