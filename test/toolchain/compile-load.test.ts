import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { buildModule, call, get, I32 } from '../support/wasm-builder.ts'
import { block, branchIf, loop, repeat } from '../support/wasm-code.ts'

const prepare = (code: readonly number[], locals: number): Promise<unknown> =>
  prepareModule(
    buildModule({ functions: [{ code: [] }, { exportAs: '_start', code, locals: repeat(locals, [I32]) }] }),
    { rewriterVersion: 1, memoryLimitBytes: 65_536 },
  )
const smallBlock = block(...get(0), ...branchIf(0))

describe('a function that would be slow to compile', () => {
  it.each([
    ['loops', (count: number) => prepare(repeat(count, loop()), 0), 1_000],
    ['calls', (count: number) => prepare(repeat(count, call(0)), 0), 5_000],
    ['locals', (count: number) => prepare([], count), 10_000],
    ['locals times blocks', (count: number) => prepare(repeat(2000, smallBlock), count), 2_000],
    ['loops times calls', (count: number) => prepare(repeat(500, loop(repeat(count, call(0)))), 0), 4],
  ])('is refused for its %s, one beyond the bound', async (_, build, bound) => {
    await expect(build(bound)).resolves.toBeDefined()
    await expect(build(bound + 1)).rejects.toMatchObject({
      code: 'module-refused',
      message: expect.stringMatching(/too long to compile/) as string,
      details: { functionIndex: 1 },
    })
  })

  it('counts parameters as locals', async () => {
    const params = repeat(1000, [I32])
    const module = buildModule({
      functions: [
        { exportAs: '_start', code: [] },
        { params, code: [], locals: repeat(9_001, [I32]) },
      ],
    })
    await expect(
      prepareModule(module, { rewriterVersion: 1, memoryLimitBytes: 65_536 }),
    ).rejects.toMatchObject({ code: 'module-refused', details: { functionIndex: 1 } })
  })
})

it('gives the same reason for a proposal whether or not the engine knows it', async () => {
  // A 64-bit memory: some V8 versions validate it and some do not.
  const module = buildModule({ memory: [4, 1] })
  await expect(prepareModule(module, { rewriterVersion: 1, memoryLimitBytes: 65_536 })).rejects.toMatchObject(
    {
      code: 'module-refused',
    },
  )
})
