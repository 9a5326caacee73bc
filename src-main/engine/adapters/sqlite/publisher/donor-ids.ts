import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../domain/ids.ts'
import { blob32, hexOf } from '../columns.ts'

/** Short numbers for donor keys, so that a row about a donor does not carry 32 bytes. */
export interface DonorIds {
  /** The donor's number; makes one for a new key. */
  ensure(donorKey: DonorKey): number
  find(donorKey: DonorKey): number | undefined
  key(donor: number): DonorKey
  /** Forgets what is remembered: numbers given in a transaction that was rolled back do not exist. */
  forget(): void
}

const REMEMBERED = 20_000

export function donorIds(db: Database.Database): DonorIds {
  const select = db.prepare<[Buffer], number>('SELECT donor FROM donors WHERE key = ?').pluck()
  const insert = db.prepare('INSERT INTO donors (key) VALUES (?)')
  const keyOf = db.prepare<[number], Buffer>('SELECT key FROM donors WHERE donor = ?').pluck()
  const ids = new Map<DonorKey, number>()
  const keys = new Map<number, DonorKey>()
  const forget = (): void => {
    ids.clear()
    keys.clear()
  }
  const remember = (donorKey: DonorKey, donor: number): number => {
    if (ids.size >= REMEMBERED || keys.size >= REMEMBERED) forget()
    ids.set(donorKey, donor)
    keys.set(donor, donorKey)
    return donor
  }
  const find = (donorKey: DonorKey): number | undefined => {
    const known = ids.get(donorKey)
    if (known !== undefined) return known
    const stored = select.get(blob32(donorKey))
    return stored === undefined ? undefined : remember(donorKey, stored)
  }
  return {
    find,
    ensure: (donorKey) =>
      find(donorKey) ?? remember(donorKey, Number(insert.run(blob32(donorKey)).lastInsertRowid)),
    key: (donor) => {
      const known = keys.get(donor)
      if (known !== undefined) return known
      const stored = keyOf.get(donor)
      if (stored === undefined) throw new Error(`there is no donor ${donor}`)
      const donorKey = hexOf<DonorKey>(stored)
      remember(donorKey, donor)
      return donorKey
    },
    forget,
  }
}
