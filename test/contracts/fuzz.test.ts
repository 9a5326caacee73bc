import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { DECODERS } from '../support/fuzz/all-decoders.ts'
import { argumentVectors } from '../support/fuzz/argument-vectors.ts'
import { decoder } from '../support/fuzz/decoder.ts'
import { spoilText } from '../support/fuzz/spoil-text.ts'
import { fuzzTrial } from '../support/fuzz/trial.ts'

/** The long form is `npm run prove -- wire`. */
const SEED = 20_261_122
const CASES = 200

const vectors = argumentVectors()
afterAll(() => {
  expect(vectors.close()).toEqual([])
})

describe('whatever comes from outside', () => {
  it.each([...DECODERS, vectors.decoder])('is read or refused by name: $name', async (each) => {
    const { accepted, faults } = await fuzzTrial({ decoder: each, seed: SEED, cases: CASES })
    expect(faults).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  })
})

/** Six good ones come first. */
const ONE_BAD = 7

describe('a trial', { timeout: 60_000 }, () => {
  const base = { name: 'x', covers: [], codes: ['bad-argument'] as const, samples: fc.constant('good') }
  const faultsOf = async (decode: (input: string) => unknown): Promise<string> => {
    const tried = decoder<string>({ ...base, spoil: spoilText, decode })
    const { faults } = await fuzzTrial({ decoder: tried, seed: SEED, cases: ONE_BAD })
    return faults.map(({ fault }) => fault).join()
  }
  const unlessGood = (end: () => unknown) => (input: string) => (input === 'good' ? 0 : end())

  it('finds an error that is not ours', async () => {
    const wrong = unlessGood(() => {
      throw new RangeError('out of range')
    })
    expect(await faultsOf(wrong)).toContain('threw RangeError: out of range')
  })

  it('finds a refusal by another code, and one of something good', async () => {
    const refuse = (): never => {
      throw new PowerswarmError('bad-record', 'no')
    }
    expect(await faultsOf(unlessGood(refuse))).toContain('refused with bad-record')
    const strict = (): never => {
      throw new PowerswarmError('bad-argument', 'no')
    }
    expect(await faultsOf(strict)).toContain('refused a good input')
  })

  it('finds an input that takes too much memory or time', async () => {
    expect(await faultsOf(unlessGood(() => new Uint8Array(24 * 2 ** 20)))).toMatch(/took \d+ bytes/)
    const slow = unlessGood(() => {
      const until = process.cpuUsage().user + 1_100_000
      while (process.cpuUsage().user < until);
    })
    const tried = decoder<string>({ ...base, spoil: spoilText, decode: slow })
    const { faults } = await fuzzTrial({ decoder: tried, seed: SEED, cases: ONE_BAD })
    expect(faults).toMatchObject([{ fault: expect.stringMatching(/took \d+.* ms/) as string }])
  })
})
