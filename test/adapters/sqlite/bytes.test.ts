import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hex32 } from '../../../src-main/domain/ids.ts'
import { ByteReader, ByteWriter } from '../../../src-main/engine/adapters/sqlite/bytes.ts'

it('reads what it wrote, in the same order', () => {
  const hash = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex'))
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.bigInt(0n, 2n ** 64n - 1n),
      hash,
      fc.uint8Array(),
      (number, fuel, hex, bytes) => {
        const writer = new ByteWriter()
        writer.number(number)
        writer.fuel(fuel)
        writer.hex32(hex32(hex))
        writer.bytes(bytes)
        const reader = new ByteReader(writer.copy())
        expect([reader.number(), reader.fuel(), reader.hex32()]).toEqual([number, fuel, hex])
        expect(reader.bytes()).toEqual(bytes)
        expect(reader.atEnd).toBe(true)
      },
    ),
    { seed: 11, numRuns: 300 },
  )
})

it('grows, and starts again', () => {
  const writer = new ByteWriter()
  const large = new Uint8Array(100_000).fill(7)
  writer.bytes(large)
  writer.bytes(large)
  const copy = writer.copy()
  writer.reset()
  expect(writer.length).toBe(0)
  writer.number(1)
  const reader = new ByteReader(copy)
  expect([reader.bytes(), reader.bytes()]).toEqual([large, large])
})

it('refuses to read beyond the end', () => {
  for (const bytes of [[], [0x80], [5, 1, 2]]) {
    const read = (): unknown => new ByteReader(Buffer.from(bytes)).bytes()
    expect(read).toThrow(RangeError)
  }
})
