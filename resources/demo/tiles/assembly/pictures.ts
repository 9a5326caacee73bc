// A picture is a square window on the Mandelbrot set around the nucleus of a tiny copy of the whole set. Around such
// a copy everything that was passed on the way to it appears again, twice, four times, eight times as often.

export class Picture {
  constructor(
    /** Centre, decimal. */
    readonly x: string,
    readonly y: string,
    /** Half the width. */
    readonly radius: f64,
    /** After so many iterations the centre's orbit is back at 0. */
    readonly period: i32,
    /** Points that take longer are drawn as part of the set. */
    readonly iterationsMax: i32,
    /** Place on the gradient: log2(iterations - paceFrom) * pace + paceOffset. */
    readonly paceFrom: f64,
    readonly pace: f64,
    readonly paceOffset: f64,
  ) {}
}

const X = '-0.743643887036978855933770880298272464698317129417026598894238'
const Y = '0.131825904205312309272029683969968612780179729071748678177040'

/** The names that {@link pictureNamed} knows, for the usage line. */
export const PICTURE_NAMES = 'star or rose'

export function pictureNamed(name: string): Picture | null {
  if (name == 'star') return new Picture(X, Y, 2.3e-23, 2126, 50000, 4290, 1.4, -6)
  if (name == 'rose') return new Picture(X, Y, 1.1e-24, 2126, 50000, 5250, 1.5, -7.2)
  return null
}
