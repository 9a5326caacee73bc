import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeZBase32, encodeZBase32 } from '../../src-main/domain/z-base-32.ts'

describe('z-base-32', () => {
  // From the examples of the encoding's author.
  it.each([
    [[0xf0, 0xbf, 0xc7], '6n9hq'],
    [[0xd4, 0x7a, 0x04], '4t7ye'],
    [[0xff], '9h'],
    [[], ''],
  ])('writes %j as %s', (bytes, text) => {
    expect(encodeZBase32(Uint8Array.from(bytes))).toBe(text)
    expect(decodeZBase32(text, bytes.length)).toEqual({ bytes: Uint8Array.from(bytes) })
  })

  it('reads what it wrote, and nothing else reads as the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.nat(31), (bytes, at, digit) => {
        const text = encodeZBase32(bytes)
        expect(decodeZBase32(text, bytes.length)).toEqual({ bytes })
        if (text === '') return
        const place = at % text.length
        const other =
          text.slice(0, place) + 'ybndrfg8ejkmcpqxot1uwisza345h769'.charAt(digit) + text.slice(place + 1)
        if (other !== text) expect(decodeZBase32(other, bytes.length)).not.toEqual({ bytes })
      }),
      { seed: 20_261_122 },
    )
  })

  it('names the character that does not belong', () => {
    expect(decodeZBase32('6n2hq', 3)).toEqual({ badAt: 2 })
    expect(decodeZBase32('6n9h9', 3)).toEqual({ badAt: 4 })
  })
})
