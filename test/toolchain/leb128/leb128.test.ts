import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../../src-main/toolchain/leb128/byte-reader.ts'
import { ByteWriter } from '../../../src-main/toolchain/leb128/byte-writer.ts'
import { signed, unsigned } from '../../support/wasm-builder.ts'

const SEED = 20_251_122

describe('LEB128', () => {
  it('writes the shortest form and reads it back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
        const bytes = new ByteWriter().u32(value).toBytes()
        expect([...bytes]).toEqual(unsigned(value))
        expect(new ByteReader(bytes).u32()).toBe(value)
      }),
      { seed: SEED },
    )
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }), (value) => {
        const bytes = new ByteWriter().signed(value).toBytes()
        expect([...bytes]).toEqual(signed(value))
        expect(new ByteReader(bytes).s33()).toBe(value)
      }),
      { seed: SEED },
    )
  })

  it('refuses numbers that are too long, too large or cut short', () => {
    const read =
      (...bytes: number[]) =>
      () =>
        new ByteReader(Uint8Array.from(bytes)).u32()
    expect(read(0x80, 0x80, 0x80, 0x80, 0x80, 0x00)).toThrow(/too long/)
    expect(read(0xff, 0xff, 0xff, 0xff, 0x1f)).toThrow(/too long/)
    expect(read(0x80)).toThrow(/unexpected end/)
    expect(read(0xff, 0xff, 0xff, 0xff, 0x0f)()).toBe(0xffff_ffff)
  })

  it('refuses names that are not UTF-8', () => {
    expect(() => new ByteReader(Uint8Array.from([1, 0xff])).name()).toThrow(/UTF-8/)
  })
})
