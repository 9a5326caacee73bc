// Colours in a scale whose squares are light, so that averages of samples are averages of light.

import { distance, slopeX, slopeY, smoothIterations } from './escape'
import { Picture } from './pictures'

export let red: f64 = 0
export let green: f64 = 0
export let blue: f64 = 0

/** Stops of the gradient: red, green, blue. */
const STOPS: StaticArray<f64> = [
  0.01, 0.03, 0.1, // night
  0.02, 0.1, 0.24, // deep water
  0.06, 0.34, 0.48, // sea
  0.93, 0.88, 0.72, // cream
  0.95, 0.62, 0.2, // amber
  0.66, 0.2, 0.07, // rust
  0.2, 0.03, 0.07, // wine
  0.03, 0.03, 0.1, // night
  0.2, 0.54, 0.72, // ice
  0.96, 0.97, 0.93, // snow
  0.42, 0.68, 0.8, // glacier
  0.06, 0.14, 0.32, // lake
]
/** The last four stops repeat for ever. */
const REPEATED = 4
const STOP_COUNT = 12

/** Distance in radii over which the set's outline darkens. */
const OUTLINE = 0.0003
/** The light comes from the upper left. */
const LIGHT_X = -0.6
const LIGHT_Y = 0.6

/** Sets red, green, blue of the point that `escapes` described last. */
export function colourOutside(picture: Picture): void {
  const beyond = Math.max(smoothIterations - picture.paceFrom, 1)
  const place = Math.max(Math.log2(beyond) * picture.pace + picture.paceOffset, 0)
  const stop = <i32>place
  const fraction = place - <f64>stop
  const weight = fraction * fraction * (3 - 2 * fraction)
  const from = 3 * stopIndex(stop)
  const to = 3 * stopIndex(stop + 1)
  const light = Math.max((LIGHT_X * slopeX + LIGHT_Y * slopeY + 1.1) / 1.95, 0)
  const shade = ((0.4 + 0.8 * light) * distance) / (distance + OUTLINE)
  red = channel(from, to, weight, shade)
  green = channel(from + 1, to + 1, weight, shade)
  blue = channel(from + 2, to + 2, weight, shade)
}

function channel(from: i32, to: i32, weight: f64, shade: f64): f64 {
  return Math.min((STOPS[from] + (STOPS[to] - STOPS[from]) * weight) * shade, 1)
}

export function colourInside(): void {
  red = 0.005
  green = 0.006
  blue = 0.012
}

function stopIndex(stop: i32): i32 {
  return stop < STOP_COUNT ? stop : STOP_COUNT - REPEATED + ((stop - STOP_COUNT) % REPEATED)
}
