// Numbers in -2^31 .. 2^31 with 160 binary places, as six 32-bit limbs in two's complement, lowest first. Enough for
// coordinates of 45 decimals; the squares that the Mandelbrot iteration needs are the only products.

const LIMBS = 6
const FRACTION_LIMBS = 5

export type Fixed = StaticArray<u32>

const magnitude: Fixed = fixed()
const product = new StaticArray<u32>(2 * LIMBS)

export function fixed(): Fixed {
  return new StaticArray<u32>(LIMBS)
}

/** Reads an optional minus, digits, and an optional point with more digits. */
export function parseFixed(text: string): Fixed {
  const value = fixed()
  const isNegative = text.charCodeAt(0) == 0x2d
  const first = isNegative ? 1 : 0
  const point = text.indexOf('.')
  // From the last decimal towards the point: value = (value + digit) / 10.
  for (let i = text.length - 1; point >= 0 && i > point; i--) {
    value[FRACTION_LIMBS] = digit(text, i)
    divideByTen(value)
  }
  const end = point < 0 ? text.length : point
  let whole: u32 = 0
  for (let i = first; i < end; i++) whole = whole * 10 + digit(text, i)
  value[FRACTION_LIMBS] = whole
  if (isNegative) negate(value, value)
  return value
}

function digit(text: string, i: i32): u32 {
  return <u32>text.charCodeAt(i) - 0x30
}

function divideByTen(value: Fixed): void {
  let remainder: u64 = 0
  for (let i = LIMBS - 1; i >= 0; i--) {
    const dividend = (remainder << 32) | <u64>value[i]
    value[i] = <u32>(dividend / 10)
    remainder = dividend % 10
  }
}

function isNegative(a: Fixed): bool {
  return (a[LIMBS - 1] >> 31) != 0
}

function negate(result: Fixed, a: Fixed): void {
  let carry: u64 = 1
  for (let i = 0; i < LIMBS; i++) {
    carry += <u64>~a[i]
    result[i] = <u32>carry
    carry >>= 32
  }
}

export function add(result: Fixed, a: Fixed, b: Fixed): void {
  let carry: u64 = 0
  for (let i = 0; i < LIMBS; i++) {
    carry += <u64>a[i] + <u64>b[i]
    result[i] = <u32>carry
    carry >>= 32
  }
}

export function subtract(result: Fixed, a: Fixed, b: Fixed): void {
  let carry: u64 = 1
  for (let i = 0; i < LIMBS; i++) {
    carry += <u64>a[i] + <u64>~b[i]
    result[i] = <u32>carry
    carry >>= 32
  }
}

/** a * a, its places beyond the last cut off. */
export function square(result: Fixed, a: Fixed): void {
  if (isNegative(a)) negate(magnitude, a)
  else for (let i = 0; i < LIMBS; i++) magnitude[i] = a[i]
  product.fill(0)
  for (let i = 0; i < LIMBS; i++) {
    let carry: u64 = 0
    for (let j = 0; j < LIMBS; j++) {
      carry += <u64>magnitude[i] * <u64>magnitude[j] + <u64>product[i + j]
      product[i + j] = <u32>carry
      carry >>= 32
    }
    product[i + LIMBS] = <u32>carry
  }
  for (let i = 0; i < LIMBS; i++) result[i] = product[i + FRACTION_LIMBS]
}

/** Rounded at every limb, from the smallest: within a few units of the last place. */
export function toFloat(a: Fixed): f64 {
  const negative = isNegative(a)
  if (negative) negate(magnitude, a)
  const limbs = negative ? magnitude : a
  let value = 0.0
  for (let i = 0; i < LIMBS; i++) value = value / 4294967296.0 + <f64>limbs[i]
  return negative ? -value : value
}
