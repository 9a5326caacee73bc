import type { Hex32 } from '../../../domain/ids.ts'
import { COUNTED_OUTCOMES, type CountedOutcome } from '../../../domain/outcome.ts'

/** 32 bytes as a BLOB, and back; their length is the schema's to check. */
export function blob32(hex: Hex32): Buffer {
  return Buffer.from(hex, 'hex')
}
export function hexOf<K extends Hex32>(blob: Buffer): K {
  return blob.toString('hex') as K
}

/** A BLOB as plain bytes: callers never see Node's own class. */
export function bytesOf(blob: Buffer): Uint8Array {
  return new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength)
}

/** On disk an outcome is its place in the list of them. */
export function outcomeNumber(outcome: CountedOutcome): number {
  return COUNTED_OUTCOMES.indexOf(outcome)
}
export function outcomeAt(place: number): CountedOutcome {
  const outcome = COUNTED_OUTCOMES[place]
  if (outcome === undefined) throw new Error(`there is no outcome ${place}`)
  return outcome
}
