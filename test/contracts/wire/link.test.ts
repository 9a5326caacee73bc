import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLink, parseLink } from '../../../src-main/contracts/wire/link.ts'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { bytesToHex, hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import type { Link } from '../../../src-main/domain/link.ts'

const SEED = 20_261_122
const projectKey = hex32<ProjectKey>('0123456789abcdef'.repeat(4))
const link = formatLink({ projectKey })

function reason(text: string): string {
  try {
    parseLink(text)
  } catch (error) {
    if (error instanceof PowerswarmError && error.code === 'bad-link') return error.message
    throw error
  }
  return 'no error'
}

const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => hex32<ProjectKey>(bytesToHex(bytes)))
const address = fc.record({
  host: fc.constantFrom('127.0.0.1', 'localhost', 'dht.example.org', '10.1.2.3', 'a-b.c'),
  port: fc.integer({ min: 1, max: 65_535 }),
})
const links: fc.Arbitrary<Link> = fc.record(
  { projectKey: key, bootstrap: fc.array(address, { minLength: 1, maxLength: 8 }), relay: key },
  { requiredKeys: ['projectKey'] },
)

describe('links', () => {
  it('say what they were made from', () => {
    fc.assert(
      fc.property(links, (made) => {
        expect(parseLink(formatLink(made))).toEqual(made)
      }),
      { seed: SEED },
    )
  })

  it('have one known form', () => {
    expect(link).toBe('powerswarm://yrtwk3hjixg66yjdeiuauk6p7hy1gtm8tgih55abrpnsxnpm3zz36mo')
    expect(formatLink({ projectKey, bootstrap: [{ host: '127.0.0.1', port: 49737 }] })).toBe(
      `${link}?bootstrap=127.0.0.1:49737`,
    )
  })

  it('may be pasted with white space, in capitals and with a slash', () => {
    expect(parseLink(`  ${link}/ \n`)).toEqual({ projectKey })
    expect(parseLink(link.toUpperCase())).toEqual({ projectKey })
  })

  it('find every single wrong character', () => {
    const start = 'powerswarm://'.length
    for (let at = start; at < link.length; at++)
      for (const wrong of ['y', '9', 'b', '0']) {
        if (link[at] === wrong) continue
        expect(reason(link.slice(0, at) + wrong + link.slice(at + 1))).not.toBe('no error')
      }
  })

  it.each([
    ['https://example.org', 'does not start with powerswarm://'],
    ['powerswarm://abc', '3 characters instead of 55'],
    [`${link.slice(0, 20)}2${link.slice(21)}`, 'character 8 of the project key'],
    [`${link.slice(0, 20)}${link[20] === 'y' ? 'b' : 'y'}${link.slice(21)}`, 'checksum'],
    [`${link}?bootstrap=127.0.0.1`, 'address 1 needs a port'],
    [`${link}?bootstrap=127.0.0.1:1,:5`, 'address 2 has no valid host'],
    [`${link}?bootstrap=127.0.0.1:70000`, 'port from 1 to 65535'],
    [`${link}?bootstrap=${Array.from({ length: 9 }, () => 'a:1').join(',')}`, 'more than 8'],
    [`${link}?relay=abc`, 'relay key has 3 characters instead of 52'],
    [`${link}?colour=red`, "'colour' is unknown"],
    [`${link}?relay=${'y'.repeat(52)}&relay=${'y'.repeat(52)}`, 'there twice'],
    ['x'.repeat(3000), 'longer than 2048'],
  ])('are refused with the reason: %s', (text, why) => {
    expect(reason(text)).toContain(why)
  })

  it('never fail otherwise, whatever is pasted', () => {
    const mutated = fc
      .tuple(links, fc.nat(), fc.string({ maxLength: 4 }), fc.nat(4))
      .map(([made, at, insert, cut]) => {
        const text = formatLink(made)
        const place = at % text.length
        return text.slice(0, place) + insert + text.slice(place + cut)
      })
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated), (text) => {
        reason(text)
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  it('are not made from a bootstrap list that no link can carry', () => {
    expect(() => formatLink({ projectKey, bootstrap: [{ host: 'a b', port: 1 }] })).toThrow(
      expect.objectContaining({ code: 'bad-link' }),
    )
  })
})
