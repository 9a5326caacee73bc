import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { c } from '../../../src-main/contracts/wire/runtime.ts'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { plainJson, WIRE_RECORDS, type WireRecord } from '../../support/wire-records.ts'

const SEED = 20_261_122
const encode = (record: WireRecord, value: unknown): Uint8Array => record.encode(value as never)

/** What a peer's bytes may do: become a value or be refused. Anything else fails the test. */
function refusalOf(record: WireRecord, bytes: Uint8Array): string | undefined {
  try {
    record.parse(bytes)
    return undefined
  } catch (error) {
    if (error instanceof PowerswarmError && ['bad-record', 'protocol-version'].includes(error.code))
      return error.code
    throw error
  }
}

describe.each(WIRE_RECORDS)('the record $name', (record) => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(record.values, (value) => {
        const bytes = encode(record, value)
        expect(bytes.byteLength).toBeLessThanOrEqual(record.maxBytes)
        expect(plainJson(record.parse(bytes))).toEqual(plainJson(value))
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('refuses random bytes with a typed error and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        refusalOf(record, bytes)
        refusalOf(record, Uint8Array.from([1, ...bytes]))
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  it('refuses mutated records with a typed error and nothing else', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(3), repeat: fc.boolean() })
    fc.assert(
      fc.property(record.values, fc.array(mutation, { minLength: 1, maxLength: 4 }), (value, mutations) => {
        let bytes = Array.from(encode(record, value))
        for (const { at, byte, cut, repeat } of mutations) {
          const place = at % Math.max(1, bytes.length)
          if (repeat) bytes = [...bytes.slice(0, place), ...bytes.slice(Math.max(0, place - 8))]
          bytes.splice(place, cut, byte)
        }
        refusalOf(record, Uint8Array.from(bytes))
      }),
      { seed: SEED, numRuns: 1000 },
    )
  })

  it('refuses trailing bytes, missing bytes, too many bytes and no bytes', () => {
    const [value] = fc.sample(record.values, { seed: SEED, numRuns: 1 })
    const bytes = encode(record, value)
    expect(refusalOf(record, Uint8Array.from([...bytes, 0]))).toBe('bad-record')
    expect(refusalOf(record, bytes.subarray(0, -1))).toBe('bad-record')
    expect(refusalOf(record, new Uint8Array(record.maxBytes + 1).fill(1))).toBe('bad-record')
    expect(refusalOf(record, new Uint8Array(0))).toBe('bad-record')
  })

  it('tells a newer version from a broken record', () => {
    const [value] = fc.sample(record.values, { seed: SEED, numRuns: 1 })
    const bytes = Uint8Array.from(encode(record, value))
    bytes[0] = 3
    expect(refusalOf(record, bytes)).toBe('protocol-version')
    bytes[0] = 0
    expect(refusalOf(record, bytes)).toBe('bad-record')
  })

  it('refuses to write what nobody would read, as the caller’s mistake', () => {
    expect(() => encode(record, { type: 'project', name: 'a\nb', units: -1, fromSequence: -1 })).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    )
  })
})

describe('lists', () => {
  it('are bounded by the longest that any record may hold', () => {
    const decodeListOf = (count: number): readonly number[] => {
      const buffer = new Uint8Array(3 + count)
      buffer.set([0xfd, count & 0xff, count >> 8])
      return c.array(c.uint).decode({ start: 0, end: buffer.byteLength, buffer })
    }
    expect(decodeListOf(LIMITS.grantUnits)).toHaveLength(LIMITS.grantUnits)
    expect(() => decodeListOf(LIMITS.grantUnits + 1)).toThrow('too long')
  })

  it('do not allocate what a count alone promises', () => {
    const leaseAnswer = WIRE_RECORDS.find(({ name }) => name === 'lease-answer')!
    const huge = Uint8Array.from([1, 0xfe, 0xff, 0xff, 0x0f, 0, ...new Array<number>(200).fill(0)])
    expect(refusalOf(leaseAnswer, huge)).toBe('bad-record')
  })
})

describe('the flags of an app', () => {
  const { hex } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/wire/v1/app-with-checkpoints.json'), 'utf8'),
  ) as { hex: string }
  const record = WIRE_RECORDS.find(({ name }) => name === 'project-record')!

  it.each([
    ['none set but written', 0],
    ['one that nobody knows', 2],
    ['one that nobody knows beside a known one', 3],
  ])('are refused with %s', (_, flags) => {
    const bytes = hexToBytes(hex)
    expect(refusalOf(record, bytes)).toBeUndefined()
    bytes[bytes.byteLength - 1] = flags
    expect(refusalOf(record, bytes)).toBe('bad-record')
  })
})
