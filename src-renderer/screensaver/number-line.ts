import type { DonorState, ResultState } from '../../src-main/contracts/donor-state.ts'

/** `found`: verified by others, as the project publishes it. */
export type PointState = ResultState | 'found'

/**
 * The units of one batch that this machine worked on while the screensaver was open, by their index in the batch, and what
 * the swarm found of it meanwhile.
 */
export interface NumberLine {
  readonly projectKey: string
  readonly batch: number
  /** Project and app, for the caption. */
  readonly caption: string
  readonly points: ReadonlyMap<number, PointState>
  /** The project publishes what others found. */
  readonly hasFound: boolean
  readonly running: readonly number[]
}

/** A night's worth; the oldest go first. */
const POINTS_MAX = 400

interface Place {
  readonly projectKey: string
  readonly batch: number
  readonly index: number
  readonly caption: string
}

/** The line after `donor` has been seen. It stays with its batch as long as one of the batch's units runs. */
export function advance(previous: NumberLine | undefined, donor: DonorState): NumberLine | undefined {
  const slots = donor.slots.flatMap((slot) => placeOf(slot))
  const results = donor.results.flatMap((result) => placeOf(result).map((place) => ({ place, result })))
  const stays = previous !== undefined && slots.some((place) => sameBatch(place, previous))
  const focus = stays ? previous : (slots[0] ?? results[0]?.place ?? previous)
  if (focus === undefined) return undefined
  const points = new Map(previous !== undefined && sameBatch(focus, previous) ? previous.points : [])
  const found = donor.projects.find(({ projectKey }) => projectKey === focus.projectKey)?.found
  for (const index of (found ?? []).toReversed().flatMap(({ unit }) => indexIn(focus.batch, unit)))
    if (!points.has(index)) points.set(index, 'found')
  for (const { place, result } of results.toReversed())
    if (sameBatch(place, focus)) points.set(place.index, result.state)
  for (const oldest of points.keys()) {
    if (points.size <= POINTS_MAX) break
    points.delete(oldest)
  }
  return {
    projectKey: focus.projectKey,
    batch: focus.batch,
    caption: focus.caption,
    points,
    hasFound: found !== undefined,
    running: slots.filter((place) => sameBatch(place, focus)).map((place) => place.index),
  }
}

export interface Scale {
  readonly first: number
  readonly last: number
  readonly ticks: readonly number[]
}

/** Whole, round bounds around the units, wide enough that a new unit seldom moves the others. */
export function scaleOf(line: NumberLine): Scale {
  const indexes = [...line.points.keys(), ...line.running]
  const low = Math.min(...indexes)
  const high = Math.max(...indexes)
  const step = roundStep(Math.max(high - low, 20) / 6)
  const first = Math.floor(low / step) * step
  const last = Math.max(first + 4 * step, Math.ceil((high + 1) / step) * step)
  const ticks = Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => first + i * step)
  return { first, last, ticks }
}

/** 1, 2 or 5 times a power of ten, not below `wanted`. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  for (const factor of [1, 2, 5]) if (factor * power >= wanted) return factor * power
  return 10 * power
}

const UNIT_NAME = /^(\d{1,15})\.(\d{1,15})$/

function indexIn(batch: number, unit: string): number[] {
  const match = UNIT_NAME.exec(unit)
  return match !== null && Number(match[1]) === batch ? [Number(match[2])] : []
}

/** Units are named `batch.index`; a name that is not is left off the line. */
function placeOf(unit: {
  readonly projectKey: string
  readonly projectName: string
  readonly appName: string
  readonly unit: string
}): Place[] {
  const match = UNIT_NAME.exec(unit.unit)
  if (match === null) return []
  const caption = `${unit.projectName} · ${unit.appName}`
  return [{ projectKey: unit.projectKey, batch: Number(match[1]), index: Number(match[2]), caption }]
}

function sameBatch(
  a: { readonly projectKey: string; readonly batch: number },
  b: { readonly projectKey: string; readonly batch: number },
): boolean {
  return a.projectKey === b.projectKey && a.batch === b.batch
}
