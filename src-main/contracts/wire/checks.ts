import { displayTextFault } from '../../domain/display-text.ts'
import { bytesToHex, compareUnits, type Hex32, type UnitId } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import { badRecord } from './codec.ts'
import type { UnitIdLayout } from './spec/index.js'

/** Field checks of one record: each returns the checked value or throws `bad-record`, naming record and field. */
export interface Checks {
  /** A whole number from `min` to `max`, both included. */
  whole(field: string, value: number, min: number, max: number): number
  fuel(field: string, value: bigint, max?: bigint): bigint
  /** Milliseconds since the epoch, anywhere in the range of a date. */
  time(field: string, value: number): number
  key<K extends Hex32>(field: string, bytes: Uint8Array): K
  /** A text that other people see; see domain/display-text.ts. */
  text(field: string, value: string, maxChars: number): string
  unit(field: string, unit: UnitIdLayout): UnitId
  /** At most `max` units, each in range; in any order. */
  units(field: string, units: readonly UnitIdLayout[], max: number): readonly UnitId[]
  that(holds: boolean, fault: string): void
}

const U64_MAX = 0xffff_ffff_ffff_ffffn
const DATE_MAX = 8_640_000_000_000_000
/** Batches and apps of one project: what `unitText` can write. */
export const NUMBER_MAX = 999_999_999

export function checksOf(what: string): Checks {
  const that = (holds: boolean, fault: string): void => {
    if (!holds) throw badRecord(what, fault)
  }
  const whole = (field: string, value: number, min: number, max: number): number => {
    that(Number.isSafeInteger(value) && value >= min && value <= max, `has ${field} out of range`)
    return value
  }
  const unit = (field: string, { batch, index }: UnitIdLayout): UnitId => ({
    batch: whole(`a batch in ${field}`, batch, 0, NUMBER_MAX),
    index: whole(`an index in ${field}`, index, 0, LIMITS.batchUnits - 1),
  })
  return {
    that,
    whole,
    unit,
    fuel(field, value, max = U64_MAX) {
      that(value >= 0n && value <= max, `has ${field} out of range`)
      return value
    },
    time: (field, value) => whole(field, value, 0, DATE_MAX),
    key(field, bytes) {
      that(bytes.byteLength === 32, `has ${field} that is not 32 bytes`)
      return bytesToHex(bytes) as never
    },
    text(field, value, maxChars) {
      const fault = displayTextFault(value, maxChars)
      that(fault === undefined, `has a ${field} that ${fault ?? ''}`)
      return value
    },
    units(field, units, max) {
      that(units.length <= max, `has too many ${field}`)
      return units.map((layout) => unit(field, layout))
    },
  }
}

/** Whether units stand in `compareUnits` order, none twice. */
export function strictlyOrdered(units: readonly UnitId[]): boolean {
  return units.every((unit, i) => i === 0 || compareUnits(units[i - 1] ?? unit, unit) < 0)
}
