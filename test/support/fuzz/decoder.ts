import type fc from 'fast-check'
import type { ErrorCode } from '../../../src-main/domain/errors.ts'

/** A reader of something that strangers, files or people give us, and how to feed it. */
export interface Decoder<T = unknown> {
  readonly name: string
  /** `<file below src-main>#<export>` of everything that is tried by it. */
  readonly covers: readonly string[]
  /** What it may refuse with; none: it answers whatever it is given. */
  readonly codes: readonly ErrorCode[]
  /** Inputs that it should accept. */
  readonly samples: fc.Arbitrary<T>
  /** A bad input made of a good one, and of `other`, another good one. */
  readonly spoil: Spoil<T>
  readonly decode: (input: T) => unknown
  /** Writes what was read. Reading that again must give an equal value. */
  readonly encode?: (value: never) => T
}

export type Spoil<T> = (input: T, other: T, choice: FuzzChoice) => T

/** Choices that depend on a seed alone. */
export interface FuzzChoice {
  /** 0..limit - 1 */
  below(limit: number): number
  /** True once in `one` times. */
  chance(one: number): boolean
  pick<I>(items: readonly I[]): I
}

/** Decoders of different inputs stand in one list. */
export function decoder<T>(init: Decoder<T>): Decoder {
  return init as unknown as Decoder
}
