import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCode } from '../../../src-main/domain/errors.ts'
import { bytesToHex, hex32 } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import {
  compressedPart,
  encodeHeader,
  HEADER_BYTES,
  parseHeader,
  type SnapshotHeader,
} from '../../../src-main/engine/adapters/snapshots/snapshot-file.ts'

const SEED = 20_261_122
const whole = (max: number) => fc.integer({ min: 0, max })
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hex32<never>(bytesToHex(bytes)))
const word = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'Z', '6', '.', '-', '+'), minLength: 1, maxLength })

const files = fc
  .record({
    header: fc.record(
      {
        projectKey: key,
        unit: fc.record({ batch: whole(999_999_999), index: whole(LIMITS.batchUnits) }),
        rewriterVersion: whole(65_535),
        rewrittenHash: key,
        arch: word(16),
        program: word(32),
        savedAt: whole(8_640_000_000_000_000),
        computedMs: whole(2 ** 40),
        fuel: fc.bigInt({ min: 0n, max: LIMITS.fuelPerUnit }),
        fraction: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
        snapshotBytes: whole(LIMITS.snapshotBytes),
      },
      {
        requiredKeys: [
          'projectKey',
          'unit',
          'rewriterVersion',
          'rewrittenHash',
          'arch',
          'program',
          'savedAt',
          'computedMs',
          'fuel',
          'snapshotBytes',
        ],
      },
    ),
    content: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ header, content }) => {
    const complete: SnapshotHeader = { ...header, compressedBytes: content.byteLength }
    return { header: complete, content }
  })
const written = async ({ header, content }: { header: SnapshotHeader; content: Uint8Array }) =>
  Buffer.concat([await encodeHeader(header, content), content])

/** Reads a file as the store does; `unusable` when it is refused as it should be. */
async function read(
  bytes: Uint8Array,
): Promise<{ header: SnapshotHeader; content: Uint8Array } | 'unusable'> {
  try {
    const header = parseHeader(bytes)
    return { header, content: await compressedPart(bytes, header) }
  } catch (error) {
    if (errorCode(error) === 'snapshot-unusable') return 'unusable'
    throw error
  }
}

describe('the file of a snapshot', () => {
  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ header, content }) => {
        const bytes = await written({ header, content })
        expect(bytes.byteLength).toBe(HEADER_BYTES + content.byteLength)
        const found = await read(bytes)
        expect(found).toEqual({ header, content: expect.anything() as unknown })
        if (found !== 'unusable') expect([...found.content]).toEqual([...content])
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('is refused when a single byte of it is another', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, change) => {
        const bytes = await written(file)
        const place = at % bytes.byteLength
        bytes[place] = bytes[place]! ^ change
        expect(await read(bytes)).toBe('unusable')
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  it('is refused at any other length', async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        async (file, at, more) => {
          const bytes = await written(file)
          expect(await read(bytes.subarray(0, at % bytes.byteLength))).toBe('unusable')
          expect(await read(Buffer.concat([bytes, more]))).toBe('unusable')
        },
      ),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('is refused, never misread, when it is random bytes behind the right beginning', async () => {
    const start = await encodeHeader(
      fc.sample(files, { seed: SEED, numRuns: 1 })[0]!.header,
      new Uint8Array(),
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), whole(16), async (noise, kept) => {
        expect(await read(Buffer.concat([start.subarray(0, kept), noise]))).toBe('unusable')
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  it('is hashed in pieces, and others have their turn in between', async () => {
    const { header } = fc.sample(files, { seed: SEED, numRuns: 1 })[0]!
    const content = new Uint8Array(16 * 1024 * 1024 + 1).fill(7)
    let turns = 0
    const watch = setInterval(() => (turns += 1), 0)
    const bytes = await written({ header: { ...header, compressedBytes: content.length }, content })
    expect(turns).toBeGreaterThan(1)
    clearInterval(watch)
    expect(await read(bytes)).toMatchObject({ header: { compressedBytes: content.length } })
    bytes[bytes.length - 1] = 8
    expect(await read(bytes)).toBe('unusable')
  })

  it('has no room for a name that is too long or no ASCII', async () => {
    const { header } = fc.sample(files, { seed: SEED, numRuns: 1 })[0]!
    for (const arch of ['x'.repeat(17), 'größe'])
      await expect(encodeHeader({ ...header, arch }, new Uint8Array())).rejects.toThrow(RangeError)
  })
})
