// The orbit of the picture's centre in long numbers. All other points are computed in doubles, as differences from it.

import { add, fixed, parseFixed, square, subtract, toFloat } from './fixed-point'

/** Real and imaginary part of each point as f64, 16 bytes a point. */
export const POINT: usize = 16

/** Iterates z -> z^2 + c from 0 and answers the address of the first `length` points, rounded to doubles. */
export function centreOrbit(x: string, y: string, length: i32): usize {
  const cx = parseFixed(x)
  const cy = parseFixed(y)
  const zx = fixed()
  const zy = fixed()
  const xx = fixed()
  const yy = fixed()
  const sum = fixed()
  const orbit = heap.alloc(POINT * <usize>length)
  for (let i = 0; i < length; i++) {
    store<f64>(orbit + POINT * <usize>i, toFloat(zx))
    store<f64>(orbit + POINT * <usize>i, toFloat(zy), 8)
    square(xx, zx)
    square(yy, zy)
    // 2 x y = (x + y)^2 - x^2 - y^2
    add(sum, zx, zy)
    square(zy, sum)
    subtract(zy, zy, xx)
    subtract(zy, zy, yy)
    add(zy, zy, cy)
    subtract(zx, xx, yy)
    add(zx, zx, cx)
  }
  return orbit
}
