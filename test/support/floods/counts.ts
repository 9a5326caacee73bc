import type { FloodName } from './floods.ts'
import type { Whom } from './under-flood.ts'

/** How much of each flood. A donor answers no calls, so those floods are for publishers. */
type Counts = Readonly<Record<Whom, readonly (readonly [FloodName, number])[]>>

/** A half-open handshake is nothing that could be dropped. */
export function mustDrop(flood: FloodName): boolean {
  return flood !== 'handshakes'
}

/** For `npm test`: enough to trip every guard. */
export const SHORT_FLOODS: Counts = counts({
  calls: 5_000,
  hellos: 1_000,
  'unread-answers': 20_000,
  'discovery-keys': 5_000,
  channels: 5_000,
  'long-messages': 3,
  'begun-messages': 32,
  'silent-connections': 150,
  handshakes: 300,
})

/** For `npm run prove -- floods`. */
export const LONG_FLOODS: Counts = counts({
  calls: 60_000,
  hellos: 60_000,
  'unread-answers': 200_000,
  'discovery-keys': 100_000,
  channels: 200_000,
  'long-messages': 16,
  'begun-messages': 500,
  'silent-connections': 1_000,
  handshakes: 3_000,
})

function counts(all: Readonly<Record<FloodName, number>>): Counts {
  const publisher = Object.entries(all) as [FloodName, number][]
  return { publisher, donor: publisher.filter(([flood]) => flood !== 'calls' && flood !== 'hellos') }
}
