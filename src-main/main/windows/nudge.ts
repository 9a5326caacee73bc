import type { Point } from './placement.ts'

/** Travel of the pointer that may be a bumped desk, in device-independent pixels; the screensaver's page uses the same. */
const NUDGE_PX = 8

/** A pointer that moved, but hardly. One that did not move at all means that a key or a button was pressed. */
export function isNudge(from: Point, to: Point): boolean {
  const travel = Math.hypot(to.x - from.x, to.y - from.y)
  return travel > 0 && travel <= NUDGE_PX
}
