import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeInputRow, inputRow, parseInputRow } from '../../../../src-main/contracts/wire/inputs.ts'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { UnitInputs } from '../../../../src-main/domain/unit-inputs.ts'
import { readUnitInputs } from '../../../../src-main/engine/adapters/hyper/inputs/input-reader.ts'
import { InputWriter } from '../../../../src-main/engine/adapters/hyper/inputs/input-writer.ts'
import { noise } from '../../../support/noise.ts'

const SEED = 20_261_122
const SALT = new Uint8Array(16)

interface Written {
  readonly blocks: Uint8Array[]
  readonly byteLength: number
  readonly units: number
}

async function written(units: readonly UnitInputs[]): Promise<Written> {
  const blocks: Uint8Array[] = []
  const writer = new InputWriter((added) => Promise.resolve(blocks.push(...added)))
  await writer.raw(SALT)
  for (const unit of units) await writer.add(unit)
  return { blocks, ...(await writer.finish()) }
}

/** Reads as a donor does and says which blocks that took. */
async function read(
  { blocks, byteLength, units }: Written,
  index: number,
): Promise<{ readonly inputs: UnitInputs; readonly used: ReadonlySet<number> }> {
  const used = new Set<number>()
  const source = {
    want: () => Promise.resolve(),
    get: (block: number) => {
      used.add(block)
      return Promise.resolve(blocks[block] ?? new Uint8Array())
    },
  }
  return { inputs: await readUnitInputs(source, { byteLength, units }, index), used }
}

const unit = (change: Partial<UnitInputs> = {}): UnitInputs => ({
  name: '',
  args: [],
  stdin: new Uint8Array(),
  files: [],
  ...change,
})

const units: fc.Arbitrary<UnitInputs> = fc.record({
  name: fc.constantFrom('', 'a', 'molecule.pdb', 'ä'),
  args: fc.array(fc.constantFrom('x', '--fast', '7'), { maxLength: 4 }),
  stdin: fc.uint8Array({ maxLength: 300 }),
  files: fc
    .uniqueArray(fc.constantFrom('a', 'b/c', 'b/d', 'e'), { maxLength: 4 })
    .chain((paths) =>
      fc.tuple(
        ...paths.map((path) => fc.nat(90_000).map((length) => ({ path, bytes: noise(length, length) }))),
      ),
    ),
})

describe('a stream of inputs', () => {
  it('gives every unit what was written for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(units, { minLength: 1, maxLength: 12 }), async (list) => {
        const stream = await written(list)
        const { blocks, byteLength } = stream
        expect(blocks.slice(0, -1).every((block) => block.byteLength === LIMITS.inputBlockBytes)).toBe(true)
        expect(blocks.reduce((sum, block) => sum + block.byteLength, 0)).toBe(byteLength)
        for (const [index, expected] of list.entries())
          expect((await read(stream, index)).inputs).toEqual(expected)
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('has equal contents once', async () => {
    const bytes = noise(500_000, 1)
    const once = await written([unit({ files: [{ path: 'data', bytes }] })])
    const often = await written(
      Array.from({ length: 20 }, (_, i) => unit({ args: [String(i)], files: [{ path: 'data', bytes }] })),
    )
    expect(often.byteLength - once.byteLength).toBeLessThan(20 * 64)
  })

  it('is read in few blocks: those of the row, the entry and the contents', async () => {
    const list = Array.from({ length: 200 }, (_, i) => unit({ stdin: noise(100_000, i) }))
    const stream = await written(list)
    expect(stream.blocks.length).toBeGreaterThan(300)
    expect((await read(stream, 117)).used.size).toBeLessThanOrEqual(4)
  })

  it('is refused where it points out of itself', async () => {
    const stream = await written([unit({ stdin: noise(1000, 2) })])
    const row = inputRow(stream.byteLength, 1, 0)
    stream.blocks[0]!.set(encodeInputRow({ offset: row.offset, length: 12 }), row.offset)
    await expect(read(stream, 0)).rejects.toMatchObject({ code: 'bad-record' })
    expect(() => parseInputRow(encodeInputRow({ offset: 5, length: 2 ** 31 }), 100)).toThrow(PowerswarmError)
  })

  it('with any bytes wrong gives inputs within the limits or a typed refusal', async () => {
    const list = [unit({ name: 'a', files: [{ path: 'x', bytes: noise(300, 3) }] }), unit({ args: ['1'] })]
    const stream = await written(list)
    const hits = fc.array(fc.tuple(fc.nat(stream.byteLength - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    })
    let refused = 0
    await fc.assert(
      fc.asyncProperty(hits, fc.nat(1), async (changes, index) => {
        const blocks = stream.blocks.map((block) => block.slice())
        // Mostly where it matters: behind the contents.
        for (const [at, byte] of changes) blocks[0]![at < 300 ? stream.byteLength - 1 - (at % 60) : at] = byte
        try {
          const { inputs } = await read({ ...stream, blocks }, index)
          expect(inputs.stdin.byteLength).toBeLessThanOrEqual(LIMITS.stdinBytes)
        } catch (error) {
          expect(error).toBeInstanceOf(PowerswarmError)
          expect(['bad-record', 'protocol-version']).toContain((error as PowerswarmError).code)
          refused++
        }
      }),
      { seed: SEED, numRuns: 1000 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it.each([
    ['a name with a slash', unit({ name: 'a/b' })],
    ['a path out of the folder', unit({ files: [{ path: '../x', bytes: SALT }] })],
    ['an argument with a line break', unit({ args: ['a\nb'] })],
  ])('refuses %s', async (_what, bad) => {
    await expect(written([bad])).rejects.toMatchObject({ code: 'bad-argument' })
  })
})
