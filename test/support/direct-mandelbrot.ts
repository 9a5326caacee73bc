/** A square window on the Mandelbrot set, coordinates in decimals. */
export interface Window {
  readonly x: string
  readonly y: string
  readonly radius: number
  /** From the smooth count of iterations to a place on the gradient. */
  readonly place: (smoothIterations: number) => number
}

/** Binary places of the long integers. */
const PLACES = 200n
const ONE = 1n << PLACES

const GRADIENT = [
  [0.01, 0.03, 0.1],
  [0.02, 0.1, 0.24],
  [0.06, 0.34, 0.48],
  [0.93, 0.88, 0.72],
  [0.95, 0.62, 0.2],
  [0.66, 0.2, 0.07],
  [0.2, 0.03, 0.07],
  [0.03, 0.03, 0.1],
  [0.2, 0.54, 0.72],
  [0.96, 0.97, 0.93],
  [0.42, 0.68, 0.8],
  [0.06, 0.14, 0.32],
]

/**
 * Colour of a point (x, y) radii from the window's centre, each channel 0..255: every step in long integers, no
 * reference orbit, so that nothing is shared with the app but the formulas of the colours.
 */
export function pointColour(window: Window, x: number, y: number): number[] {
  const cx = long(window.x) + scaled(x * window.radius)
  const cy = long(window.y) + scaled(y * window.radius)
  let [zx, zy, ex, ey] = [0n, 0n, 0, 0]
  for (let n = 1; ; n++) {
    const [fx, fy] = [float(zx), float(zy)]
    ;[ex, ey] = [2 * (fx * ex - fy * ey) + window.radius, 2 * (fx * ey + fy * ex)]
    ;[zx, zy] = [((zx * zx - zy * zy) >> PLACES) + cx, ((2n * zx * zy) >> PLACES) + cy]
    if (float(zx) ** 2 + float(zy) ** 2 > 1e6) return colour(window, n, float(zx), float(zy), ex, ey)
  }
}

function colour(window: Window, n: number, zx: number, zy: number, ex: number, ey: number): number[] {
  const [z, e] = [Math.hypot(zx, zy), Math.hypot(ex, ey)]
  const place = Math.max(window.place(n + 1 - Math.log2(Math.log2(z))), 0)
  const t = place % 1
  const weight = t * t * (3 - 2 * t)
  const [from = [], to = []] = [Math.floor(place), Math.floor(place) + 1].map((stop) => GRADIENT[stop])
  const distance = (2 * z * Math.log(z)) / e
  const slope = [zx * ex + zy * ey, zy * ex - zx * ey].map((part) => part / (z * e))
  const light = Math.max((-0.6 * (slope[0] ?? 0) + 0.6 * (slope[1] ?? 0) + 1.1) / 1.95, 0)
  const shade = ((0.4 + 0.8 * light) * distance) / (distance + 0.0003)
  return from.map((value, index) => 255 * Math.min(shade * (value + ((to[index] ?? 0) - value) * weight), 1))
}

function long(decimal: string): bigint {
  const [whole = '', decimals = ''] = decimal.replace('-', '').split('.')
  const value = (BigInt(whole + decimals) << PLACES) / 10n ** BigInt(decimals.length)
  return decimal.startsWith('-') ? -value : value
}

/** Of a number far below 1: its mantissa is kept whole. */
function scaled(value: number): bigint {
  return BigInt(Math.round(value * 2 ** 130)) << (PLACES - 130n)
}

function float(value: bigint): number {
  return Number(value) / Number(ONE)
}
