/** Geometry of the rings, in a square of 1000 × 1000 with its centre at (500, 500). */

export interface Ring {
  readonly radius: number
  readonly thickness: number
  /** Size of the label beside the ring's start; 0 when there is no room for words. */
  readonly fontSize: number
}

/** A ring runs clockwise from twelve o'clock over three quarters; the free quarter carries the labels. */
export const FULL_SWEEP_DEG = 270

const OUTER = 470
const INNER = 190
const SMALLEST_LABEL = 11

/** One ring for each unit, the first outermost. */
export function ringLayout(count: number): Ring[] {
  const pitch = Math.min(66, (OUTER - INNER) / Math.max(1, count - 1))
  const fontSize = Math.min(24, pitch * 0.62)
  return Array.from({ length: count }, (_, index) => ({
    radius: OUTER - index * pitch,
    thickness: Math.max(2, Math.min(13, pitch * 0.34)),
    fontSize: fontSize < SMALLEST_LABEL ? 0 : fontSize,
  }))
}

/** Arc as [start, length] in degrees from twelve o'clock. */
export type Arc = readonly [start: number, length: number]

/** Smaller steps cannot be seen, and each one draws the picture anew. */
const STEP_DEG = 0.25
const COMET_DEG = 22
const COMET_DEG_PER_S = 3

/** How far a unit is; one whose app does not say shows a short arc that moves only while it computes. */
export function arcOf(unit: { readonly fraction?: number | undefined; readonly elapsedMs: number }): Arc {
  if (unit.fraction !== undefined)
    return [0, inSteps(Math.min(1, Math.max(0, unit.fraction)) * FULL_SWEEP_DEG)]
  const reach = FULL_SWEEP_DEG - COMET_DEG
  return [inSteps(((unit.elapsedMs / 1000) * COMET_DEG_PER_S) % reach), COMET_DEG]
}

function inSteps(degrees: number): number {
  return Math.floor(degrees / STEP_DEG) * STEP_DEG
}

/** Point on a ring, `degrees` clockwise from twelve o'clock. */
export function pointOn(radius: number, degrees: number): { readonly x: number; readonly y: number } {
  const radians = ((degrees - 90) * Math.PI) / 180
  return { x: 500 + radius * Math.cos(radians), y: 500 + radius * Math.sin(radians) }
}
