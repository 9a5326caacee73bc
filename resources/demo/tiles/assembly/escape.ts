// Mandelbrot iteration by perturbation: a point's orbit is the centre's orbit Z plus a difference d that doubles hold
// to full precision however deep the picture is: d -> (2 Z + d) d + dc. When the difference outgrows the orbit itself,
// or Z ends, the point's own orbit becomes the difference and Z starts again (Zhuoran's rebasing), which avoids
// the usual glitches. Only +, -, *, /, sqrt and a portable logarithm: every machine gets the same bits.

import { POINT } from './orbit'

/** |z|^2 beyond which a point has escaped; large, so that the smooth count and the distance are exact. */
const ESCAPE = 1e6

/** What the last call of {@link escapes} found, when it answered true. */
export let smoothIterations: f64 = 0
/** Estimated distance to the set in radii of the picture. */
export let distance: f64 = 0
/** Direction away from the set, length 1. */
export let slopeX: f64 = 0
export let slopeY: f64 = 0

/**
 * Iterates the point at (x, y) radii from the centre.
 * `orbit`: the centre's first `length` points.
 */
export function escapes(x: f64, y: f64, radius: f64, orbit: usize, length: i32, iterationsMax: i32): bool {
  const cx = x * radius
  const cy = y * radius
  const last = orbit + POINT * <usize>(length - 1)
  let at = orbit
  let dx = 0.0
  let dy = 0.0
  let zx = 0.0
  let zy = 0.0
  // Derivative of z by the place in the picture, in radii.
  let ex = 0.0
  let ey = 0.0
  for (let n = 1; n <= iterationsMax; n++) {
    const derivative = 2 * (zx * ex - zy * ey) + radius
    ey = 2 * (zx * ey + zy * ex)
    ex = derivative
    const ax = 2 * load<f64>(at) + dx
    const ay = 2 * load<f64>(at, 8) + dy
    const next = ax * dx - ay * dy + cx
    dy = ax * dy + ay * dx + cy
    dx = next
    at += POINT
    zx = load<f64>(at) + dx
    zy = load<f64>(at, 8) + dy
    const norm = zx * zx + zy * zy
    if (norm > ESCAPE) {
      describe(n, norm, zx, zy, ex, ey)
      return true
    }
    if (norm < dx * dx + dy * dy || at == last) {
      dx = zx
      dy = zy
      at = orbit
    }
  }
  return false
}

function describe(n: i32, norm: f64, zx: f64, zy: f64, ex: f64, ey: f64): void {
  smoothIterations = <f64>(n + 1) - Math.log2(Math.log2(norm) * 0.5)
  const z = Math.sqrt(norm)
  const e = Math.sqrt(ex * ex + ey * ey)
  distance = (z * Math.log(norm)) / e
  slopeX = (zx * ex + zy * ey) / (e * z)
  slopeY = (zy * ex - zx * ey) / (e * z)
}
