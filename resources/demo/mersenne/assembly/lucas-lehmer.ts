// Lucas and Lehmer: for an odd prime p, 2^p - 1 is prime exactly when s(p - 2) is 0, where s(0) = 4 and
// s(i + 1) = s(i)^2 - 2 modulo 2^p - 1.

import { finishDigits, isZero, low64, roundingError, squareMinusTwo, startDigits } from './digits'

/** Up to here the numbers fit a machine word. */
const WORD_EXPONENT_MAX = 61
/** Beyond this distance from an integer a digit may have been rounded to the wrong one (0.5 is the end). */
const ROUNDING_ERROR_MAX = 0.4
const ITERATIONS_PER_NOTICE = 256

/** Low 64 bits of the last s; valid after isMersennePrime. */
export let residue: u64 = 0

/** Tests 2^p - 1 for a prime p. `onProgress` gets the share done, 0..1; a repetition starts again at 0. */
export function isMersennePrime(p: i32, onProgress: (done: f64) => void): bool {
  residue = 0
  if (p == 2) return true
  if (p <= WORD_EXPONENT_MAX) {
    residue = wordResidue(<u64>p)
    return residue == 0
  }
  let digits = digitCount(p)
  while (!runSquarings(p, digits, onProgress)) digits <<= 1
  finishDigits()
  residue = low64()
  return isZero()
}

/** All the squarings, or false as soon as the digits prove too large for exact rounding. */
function runSquarings(p: i32, digits: i32, onProgress: (done: f64) => void): bool {
  startDigits(p, digits, 4)
  const squarings = p - 2
  for (let i = 1; i <= squarings; i++) {
    squareMinusTwo()
    if (i % ITERATIONS_PER_NOTICE == 0 || i == squarings) {
      if (roundingError > ROUNDING_ERROR_MAX) return false
      onProgress(<f64>i / <f64>squarings)
    }
  }
  return true
}

/**
 * The smallest power of two that usually works. Errors grow with the length, so longer transforms carry fewer bits a
 * digit. Measured: errors of 0.1 to 0.25 just below each border, for 16 to 1,024 digits.
 */
function digitCount(p: i32): i32 {
  let digits = 16
  let bits = 22.8
  while (<f64>digits * bits < <f64>p) {
    digits <<= 1
    bits -= 0.25
  }
  return digits
}

function wordResidue(p: u64): u64 {
  const modulus: u64 = (1 << p) - 1
  let s: u64 = 4 % modulus
  for (let i: u64 = 2; i < p; i++) s = (squareModulo(s, modulus) + modulus - 2) % modulus
  return s
}

/** Doubling and adding: no product exceeds 64 bits. */
function squareModulo(s: u64, modulus: u64): u64 {
  let result: u64 = 0
  let factor = s
  for (let bits = s; bits != 0; bits >>= 1) {
    if ((bits & 1) == 1) result = (result + factor) % modulus
    factor = (factor << 1) % modulus
  }
  return result
}
