import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../src-main/domain/ids.ts'
import { plainJson, WIRE_RECORDS } from '../../support/wire-records.ts'

/** What any version wrote must be readable for ever. Fixtures are added, never changed. */
interface Fixture {
  readonly record: string
  readonly hex: string
  /** Bytes in hexadecimal, bigints in decimal digits. */
  readonly value: unknown
}

const DIR = join(import.meta.dirname, '../../fixtures/wire')
const fixtures = ['v1', 'v2'].flatMap((version) =>
  readdirSync(join(DIR, version)).map((name) => {
    const file = join(version, name)
    return { file, ...(JSON.parse(readFileSync(join(DIR, file), 'utf8')) as Fixture) }
  }),
)

describe('fixtures of all versions', () => {
  it('cover every record', () => {
    const covered = new Set(fixtures.map(({ record }) => record))
    expect(WIRE_RECORDS.filter(({ name }) => !covered.has(name))).toEqual([])
  })

  it.each(fixtures)('$file is read and written as ever', ({ record, hex, value }) => {
    const codec = WIRE_RECORDS.find(({ name }) => name === record)!
    const parsed = codec.parse(hexToBytes(hex))
    expect(plainJson(parsed)).toEqual(value)
    expect(bytesToHex(codec.encode(parsed as never))).toBe(hex)
  })
})
