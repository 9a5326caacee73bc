/** Largest exponent that the program takes: some minutes of work for one of this size. */
export const EXPONENT_MAX = 1000000

/** A number of up to seven decimal digits, or -1. */
export function parseNumber(text: string): i32 {
  if (text.length == 0 || text.length > 7) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

export function isPrime(n: i32): bool {
  if (n < 4) return n > 1
  if ((n & 1) == 0) return false
  for (let d = 3; d * d <= n; d += 2) if (n % d == 0) return false
  return true
}
