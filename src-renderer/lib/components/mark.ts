/** A point of the app's mark, in a square of 100 × 100. */
export interface Dot {
  readonly x: number
  readonly y: number
  readonly r: number
  readonly opacity: number
}

interface Circle {
  readonly radius: number
  readonly count: number
  readonly r: number
  readonly opacity: number
}

const CIRCLES: readonly Circle[] = [
  { radius: 29, count: 17, r: 3.5, opacity: 1 },
  { radius: 38.5, count: 21, r: 1.9, opacity: 0.6 },
  { radius: 45.5, count: 23, r: 1, opacity: 0.35 },
]
const GAP_DEG = 62
const BAR_Y = [11.5, 20, 28.5, 37, 45.5]

/** The points: three open circles, thinner outwards, and the bar that stands in their gap. */
export function swarm(): Dot[] {
  const circles = CIRCLES.flatMap(({ radius, count, r, opacity }) =>
    Array.from({ length: count }, (_, index) => {
      const degrees = GAP_DEG / 2 + ((360 - GAP_DEG) * index) / (count - 1)
      const radians = (degrees * Math.PI) / 180
      return {
        x: round(50 + radius * Math.sin(radians)),
        y: round(52.5 - radius * Math.cos(radians)),
        r,
        opacity,
      }
    }),
  )
  return [...circles, ...BAR_Y.map((y) => ({ x: 50, y, r: 3.5, opacity: 1 }))]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
