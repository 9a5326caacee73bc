/** Where the composition stands, in hundredths of the shorter side of the screen. */
export interface Offset {
  readonly x: number
  readonly y: number
}

const REACH = 2.6
const REPOSITION_MS = 60_000

/**
 * A slow closed figure, so that no pixel shows the same thing for long. The two periods have no small common multiple.
 * With `still` (reduced motion) the composition stands and is put elsewhere once a minute.
 */
export function drift(elapsedMs: number, still: boolean): Offset {
  const t = still ? Math.floor(elapsedMs / REPOSITION_MS) * REPOSITION_MS : elapsedMs
  return {
    x: REACH * Math.sin((2 * Math.PI * t) / 433_000),
    y: REACH * Math.sin((2 * Math.PI * t) / 311_000),
  }
}
