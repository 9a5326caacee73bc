import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseAddresses,
  parseBytes,
  parseFuel,
  parseHost,
  parseWhole,
  sizeText,
} from '../../src-main/cli/quantities.ts'

const refused = (what: string | RegExp) =>
  expect.objectContaining({ code: 'bad-argument', message: expect.stringMatching(what) as string }) as Error

describe('sizes', () => {
  const parse = (text: string): number => parseBytes(text, '--memory', 1, 2 ** 31)

  it.each([
    ['100', 100],
    ['100B', 100],
    ['64KiB', 65_536],
    ['256 MiB', 268_435_456],
    ['1.5gib', 1_610_612_736],
    ['2kB', 2000],
    ['0.5KiB', 512],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parse(text)).toBe(bytes)
  })

  it.each(['', 'MiB', '-1', '1.0001KiB', '1 Mi B', '0x10', '1,5MiB', '١MiB', 'constructor', '1constructor'])(
    'refuses %j by its flag',
    (text) => {
      expect(() => parse(text)).toThrow(refused('^--memory takes a size'))
    },
  )

  it('says the limits, both of which are allowed', () => {
    expect(parse('2GiB')).toBe(2 ** 31)
    expect(() => parse('3GiB')).toThrow(refused('from 1 byte to 2 GiB, not 3GiB'))
    expect(() => parse('0')).toThrow(refused('from 1 byte'))
  })

  it('are written so that they can be read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (bytes) => {
        expect(parse(sizeText(bytes).replace(/ bytes?/, ''))).toBe(bytes)
      }),
      { seed: 3 },
    )
  })
})

describe('fuel', () => {
  const parse = (text: string): bigint => parseFuel(text, '--max-fuel', 1n, 10n ** 13n)

  it.each([
    ['5000000', 5_000_000n],
    ['1e12', 10n ** 12n],
    ['1E+12', 10n ** 12n],
    ['2.5e9', 2_500_000_000n],
    ['5T', 5n * 10n ** 12n],
    ['1.5k', 1500n],
    ['9007199254740993', 9_007_199_254_740_993n],
  ])('%s is %s', (text, fuel) => {
    expect(parseFuel(text, '--max-fuel', 1n, 10n ** 18n)).toBe(fuel)
  })

  it.each(['', 'e12', '1e-3', '0.5', '1.25e1', 'Infinity', 'NaN', '1e999', '--quorum'])(
    'refuses %j',
    (text) => {
      expect(() => parse(text)).toThrow(refused('^--max-fuel'))
    },
  )

  it('says the limits', () => {
    expect(() => parse('1e14')).toThrow(refused('from 1 to 1e13, not 1e14'))
  })

  it('never throws anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(parse(text)).toBeGreaterThan(0n)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-argument' })
        }
      }),
      { seed: 5 },
    )
  })
})

describe('whole numbers and addresses', () => {
  it.each(['', '1.5', '-1', '1e3', ' 1', '9', '99999999999999999999'])(
    'refuses %j for a number from 1 to 8',
    (text) => {
      expect(() => parseWhole(text, '--quorum', 1, 8)).toThrow(refused('^--quorum'))
    },
  )

  it('reads a number', () => {
    expect(parseWhole('8', '--quorum', 1, 8)).toBe(8)
  })

  it('reads the address of this machine', () => {
    expect(parseHost('10.0.0.5', '--host')).toBe('10.0.0.5')
  })

  it.each(['', '999.9', 'nohost', '999.1.1.1', '::1', '10.0.0.5:1'])('refuses the host %j', (text) => {
    expect(() => parseHost(text, '--host')).toThrow(refused('^--host takes an IPv4 address'))
  })

  it('reads addresses', () => {
    expect(parseAddresses('10.0.0.5:49737,Lab.example:1', '--bootstrap')).toEqual([
      { host: '10.0.0.5', port: 49_737 },
      { host: 'lab.example', port: 1 },
    ])
  })

  it.each(['', 'host', 'host:0', 'host:70000', ':1', 'a:1,'])('refuses the addresses %j', (text) => {
    expect(() => parseAddresses(text, '--bootstrap')).toThrow(refused('^--bootstrap takes host:port'))
  })
})
