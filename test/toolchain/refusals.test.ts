import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { decodeModule } from '../../src-main/toolchain/wasm/decoder.ts'
import { rewriteModule } from '../../src-main/toolchain/rewriter/rewrite-module.ts'
import { buildModule, call, EXTERNREF, FUNCREF, I32, I64, type TestModule } from '../support/wasm-builder.ts'

const options = { rewriterVersion: 1, memoryLimitBytes: 16 * 65_536 }

const prepare = (module: TestModule): Promise<unknown> => prepareModule(buildModule(module), options)

/** `_start` with this code as the third function of its module, so that indices can be told apart. */
const withCode = (...code: number[]): TestModule => ({
  functions: [{ code: [] }, { code: [] }, { code, exportAs: '_start' }],
})

const refusedModules: readonly (readonly [string, TestModule, RegExp])[] = [
  ['a start section', { functions: [{ code: [], exportAs: '_start' }], start: 0 }, /start section/],
  [
    'an unknown import',
    { imports: [{ module: 'env', name: 'now' }], functions: [{ code: [], exportAs: '_start' }] },
    /import env\.now is unknown/,
  ],
  [
    'an unknown WASI function',
    { imports: [{ module: 'wasi_snapshot_preview1', name: 'toString' }] },
    /wasi_snapshot_preview1\.toString is unknown/,
  ],
  [
    'a WASI function of another type',
    { imports: [{ module: 'wasi_snapshot_preview1', name: 'fd_close', params: [I64], results: [I32] }] },
    /fd_close has the wrong type/,
  ],
  [
    'progress of another type',
    { imports: [{ module: 'powerswarm', name: 'progress', params: [I32] }] },
    /wrong type/,
  ],
  [
    'an import with the reserved prefix',
    { imports: [{ module: 'powerswarm:meter', name: 'tick' }] },
    /reserved/,
  ],
  ['an export with the reserved prefix', { exports: [['powerswarm:fuel', 0, 0]] }, /reserved/],
  ['no memory', { memory: null }, /0 memories/],
  ['a memory under another name', { memoryExport: 'mem' }, /not exported as "memory"/],
  ['shared memory', { memory: [3, 1, 2] }, /shared memory/],
  ['64-bit memory', { memory: [4, 1] }, /64-bit/],
  ['no _start', { functions: [{ code: [] }] }, /_start/],
  [
    'a _start that takes values',
    { functions: [{ code: [], params: [I32], exportAs: '_start' }] },
    /_start takes/,
  ],
  ['a memory larger than the limit', { memory: [0, 17] }, /17 pages/],
  ['a huge table', { tables: [[FUNCREF, 0, 0xa1, 0x8d, 0x06]] }, /100000 elements/],
  ['many tables', { tables: Array.from({ length: 17 }, () => [FUNCREF, 0, 0]) }, /more than 16 tables/],
]

describe('policy on modules', () => {
  it.each(refusedModules)('refuses %s', async (_, module, message) => {
    await expect(prepare(module)).rejects.toMatchObject({
      code: 'module-refused',
      message: expect.stringMatching(message) as string,
    })
  })

  it('refuses an imported memory', async () => {
    const text = [0x03, 0x65, 0x6e, 0x76, 0x01, 0x6d]
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, 10, 1, ...text, 2, 0, 1])
    await expect(prepareModule(bytes, options)).rejects.toMatchObject({ code: 'module-refused' })
  })

  it('accepts progress and every WASI function with its own type', async () => {
    const imports = [
      { module: 'powerswarm', name: 'progress', params: [0x7c] },
      { module: 'wasi_snapshot_preview1', name: 'proc_exit', params: [I32] },
    ]
    await expect(prepare({ imports })).resolves.toBeDefined()
  })

  it('refuses more than 16 MiB without looking at it', async () => {
    const bytes = new Uint8Array(16 * 1024 * 1024 + 1)
    await expect(prepareModule(bytes, options)).rejects.toMatchObject({ code: 'module-refused' })
  })
})

// Validation refuses some of these before, and engines change what they validate; so the rewriter is asked directly.
const refusedCode: readonly (readonly [string, number[], RegExp])[] = [
  ['relaxed SIMD', [0xfd, 0x80, 0x02], /relaxed SIMD/],
  ['atomics', [0xfe, 0x03, 0x00], /threads/],
  ['an exception block', [0x06, 0x40, 0x0b], /exceptions/],
  ['try_table', [0x1f, 0x40, 0x00, 0x0b], /exceptions/],
  ['throw', [0x08, 0x00], /exceptions/],
  ['garbage collection', [0xfb, 0x00, 0x00], /garbage collection/],
  ['call_ref', [0x14, 0x00], /typed references/],
  ['a null of a typed reference', [0xd0, 0x6e, 0x1a], /typed references/],
  ['a load from a second memory', [0x28, 0x42, 0x01, 0x00], /multiple memories/],
  ['growing a second memory', [0x40, 0x01], /multiple memories/],
  ['128-bit arithmetic', [0xfc, 0x13], /later proposal/],
]

describe('policy on instructions', () => {
  it.each(refusedCode)('refuses %s and names the function', (_, code, message) => {
    const check = (): void => {
      rewriteModule(decodeModule(buildModule(withCode(...code))), 16)
    }
    expect(check).toThrow(message)
    expect(check).toThrow(/function 2/)
    expect(check).toThrow(expect.objectContaining({ code: 'module-refused', details: { functionIndex: 2 } }))
  })

  it('refuses a body of more than 256 KiB and takes one of just that size', async () => {
    await expect(prepareModule(largeModule(256 * 1024 + 1), options)).rejects.toMatchObject({
      code: 'module-refused',
      details: { functionIndex: 0 },
    })
    await expect(prepareModule(largeModule(256 * 1024), options)).resolves.toBeDefined()
  })

  it('accepts multiple results, tail calls, vectors and reference types', async () => {
    const functions = [
      { results: [I32, I32], code: [0x41, 1, 0x41, 2] },
      { code: [...call(0), 0x1a, 0x1a, 0x12, 0x02] },
      { code: [0xd0, EXTERNREF, 0xd1, 0x1a] },
      { code: [0x12, 0x01], exportAs: '_start' },
    ]
    await expect(prepare({ functions })).resolves.toBeDefined()
  })
})

/** A module whose one body, header included, has `size` bytes; built apart because spreading it is too much for a call. */
function largeModule(size: number): Uint8Array<ArrayBuffer> {
  const small = buildModule({ functions: [{ code: [], exportAs: '_start' }] })
  const marker = [10, 4, 1, 2, 0, 0x0b]
  const at = small.findIndex((_, index) => marker.every((byte, offset) => small[index + offset] === byte))
  const leb = (value: number): number[] => [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14]
  const head = [...small.subarray(0, at), 10, ...leb(size + 4), 1, ...leb(size), 0]
  const out = new Uint8Array(head.length + size - 1).fill(0x01)
  out.set(head)
  out[out.length - 1] = 0x0b
  return out
}

// A rewriter that looked at every block from every other would take minutes for these, and run out of the test's time.
describe('the deepest nestings that fit into a body', () => {
  const times = (bytes: readonly number[], count: number): number[] =>
    Array.from({ length: count }, () => bytes).flat()
  it.each([
    ['loops', [0x03, 0x40], [0x0b]],
    ['blocks', [0x02, 0x40], [0x0b]],
    ['loops with blocks between', [0x03, 0x40, 0x02, 0x40], [0x0b, 0x0b]],
    ['loops with branches', [0x03, 0x40, 0x02, 0x40, 0x41, 0, 0x0d, 0], [0x0b, 0x0b]],
  ])('are decided about in linear time: %s', async (_, open, close) => {
    const count = Math.floor(255_000 / (open.length + close.length))
    const module = {
      functions: [{ code: [...times(open, count), ...times(close, count)], exportAs: '_start' }],
    }
    await prepare(module).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'module-refused' })
    })
  })
})

describe('bytes that are no module', () => {
  const good = buildModule({})
  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('#!/bin/sh\n')],
    ['a module cut short', good.slice(0, -3)],
    ['a module of another version', Uint8Array.from(good, (byte, index) => (index === 4 ? 2 : byte))],
    ['code that does not validate', buildModule({ functions: [{ code: [0x6a], exportAs: '_start' }] })],
  ])('are malformed: %s', async (_, bytes) => {
    await expect(prepareModule(bytes, options)).rejects.toMatchObject({ code: 'module-malformed' })
  })

  it('is not even looked at for an unknown rewriter version', async () => {
    await expect(prepareModule(good, { ...options, rewriterVersion: 2 })).rejects.toMatchObject({
      code: 'module-unsupported-rewriter',
    })
  })

  it.each([0, 65_535, -1, Number.NaN, 2 ** 33])('refuses a memory limit of %d', async (memoryLimitBytes) => {
    await expect(prepareModule(good, { ...options, memoryLimitBytes })).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })
})
