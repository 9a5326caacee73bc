import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { checkPolicy } from '../../src-main/toolchain/policy.ts'
import { rewriteModule } from '../../src-main/toolchain/rewriter/rewrite-module.ts'
import { decodeModule } from '../../src-main/toolchain/wasm/decoder.ts'
import { buildModule, call, FUNCREF, get, I32, i32, I64 } from '../support/wasm-builder.ts'

const SEED = 20_251_122

const sample = buildModule({
  imports: [{ module: 'wasi_snapshot_preview1', name: 'fd_close', params: [I32], results: [I32] }],
  functions: [
    { params: [I32, I64], results: [I32], locals: [I32, I64], code: [...get(0), ...i32(3), 0x6a] },
    {
      code: [...i32(1), 0x42, 1, ...call(1), 0x1a, 0x02, 0x40, ...i32(2), 0x0e, 1, 0, 0, 0x0b],
      exportAs: '_start',
    },
    { code: [...i32(0), 0xfd, 0, 4, 0, 0x1a, ...i32(0), ...i32(0), ...i32(4), 0xfc, 10, 0, 0] },
  ],
  tables: [[FUNCREF, 1, 2, 9]],
  memory: [1, 1, 5],
  globals: [[I32, 1, ...i32(-5), 0x0b]],
  elements: [[0, 0x41, 0, 0x0b, 2, 1, 2]],
  data: [[0, 0x41, 0, 0x0b, 3, 1, 2, 3]],
})

describe('decodeModule', () => {
  it('reads what was written', () => {
    const module = decodeModule(sample)
    expect(module.imports).toEqual([{ module: 'wasi_snapshot_preview1', name: 'fd_close', typeIndex: 0 }])
    expect(module.types[1]).toEqual({ params: [I32, I64], results: [I32] })
    expect(module.functionTypes).toEqual([1, 2, 3])
    expect(module.tables).toEqual([{ elementType: FUNCREF, min: 2, max: 9 }])
    expect(module.memories).toEqual([{ min: 1, max: 5 }])
    expect(module.globalCount).toBe(1)
    expect(module.exports).toContainEqual({ name: '_start', kind: 0, index: 2 })
    expect(module.bodies.map((body) => body.localCount)).toEqual([2, 0, 0])
    expect(module.hasStart).toBe(false)
  })

  it('refuses every module cut short with a typed error', () => {
    for (let length = 0; length < sample.length; length++) {
      const cut = sample.slice(0, length)
      try {
        // A cut at a section's end can leave a smaller module that is whole.
        checkPolicy(decodeModule(cut))
      } catch (error) {
        expect(error).toBeInstanceOf(PowerswarmError)
      }
    }
  })

  it('meets mutated bytes with nothing but typed errors, even without validation before it', () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: sample.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    let survived = 0
    fc.assert(
      fc.property(changes, (pairs) => {
        const bytes = sample.slice()
        for (const [at, value] of pairs) bytes[at] = value
        try {
          const module = decodeModule(bytes)
          checkPolicy(module)
          rewriteModule(module, 16)
          survived += 1
        } catch (error) {
          if (!(error instanceof PowerswarmError)) throw error
          expect(['module-malformed', 'module-refused']).toContain(error.code)
        }
      }),
      { seed: SEED, numRuns: 5000 },
    )
    expect(survived).toBeGreaterThan(0)
  })

  it('turns every mutant that validates and is not refused into a module that validates', async () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: sample.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 2,
    })
    let prepared = 0
    await fc.assert(
      fc.asyncProperty(changes, async (pairs) => {
        const bytes = sample.slice()
        for (const [at, value] of pairs) bytes[at] = value
        try {
          const { bytes: rewritten } = await prepareModule(bytes, {
            rewriterVersion: 1,
            memoryLimitBytes: 2 ** 20,
          })
          expect(WebAssembly.validate(rewritten)).toBe(true)
          prepared += 1
        } catch (error) {
          if (!(error instanceof PowerswarmError)) throw error
          expect(['module-malformed', 'module-refused']).toContain(error.code)
        }
      }),
      { seed: SEED, numRuns: 3000 },
    )
    expect(prepared).toBeGreaterThan(100)
  })
})
