import type { Decoder } from './decoder.ts'
import { FILE_DECODERS } from './file-decoders.ts'
import { TEXT_DECODERS } from './text-decoders.ts'
import { VALUE_DECODERS } from './value-decoders.ts'
import { WIRE_DECODERS } from './wire-decoders.ts'

/**
 * Everything that reads what it did not write itself, but argument vectors. test/architecture/decoders.test.ts fails
 * when one is missing.
 */
export const DECODERS: readonly Decoder[] = [
  ...WIRE_DECODERS,
  ...TEXT_DECODERS,
  ...VALUE_DECODERS,
  ...FILE_DECODERS,
]
