import * as v from 'valibot'
import { isHex32, type Hex32 } from '../domain/ids.ts'
import { LIMITS } from '../domain/limits.ts'
import { filesProblem, type UnitFile } from '../domain/unit-file.ts'

/** Pieces that several schemas share. */
export const hex32Value = <K extends Hex32>() =>
  v.custom<K>(isHex32, 'expected 32 bytes in lowercase hexadecimal')
export const bytesValue = (maxBytes: number) =>
  v.custom<Uint8Array>(
    (raw) => raw instanceof Uint8Array && raw.byteLength <= maxBytes,
    `expected at most ${String(maxBytes)} bytes`,
  )
export const fuelValue = v.pipe(v.bigint(), v.minValue(0n))
export const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
export const shareValue = v.pipe(v.number(), v.minValue(0.01), v.maxValue(1))
export const argumentsValue = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(LIMITS.argumentBytes))),
  v.maxLength(LIMITS.argumentCount),
)
/** A project's link as somebody typed or pasted it: whether it is one is for the engine to say. */
export const linkValue = v.pipe(
  v.string(),
  v.maxLength(LIMITS.linkChars, `a link has at most ${String(LIMITS.linkChars)} characters`),
)

/** Files that make up one folder; see {@link filesProblem}. */
export const filesValue = (max: {
  readonly count: number
  readonly bytes: number
}): v.GenericSchema<unknown, UnitFile[]> =>
  v.pipe(
    v.array(v.object({ path: v.string(), bytes: bytesValue(max.bytes) })),
    v.check(
      (files) => filesProblem(files, max) === undefined,
      ({ input }) => filesProblem(input, max) ?? '',
    ),
  )
