import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCode } from '../../../../src-main/domain/errors.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { checksum } from '../../../../src-main/slot/program/snapshot/checksum.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  type StoppedUnit,
} from '../../../../src-main/slot/program/snapshot/snapshot-format.ts'
import type { SavedWasi } from '../../../../src-main/slot/program/wasi/saved-state.ts'

const identity = { module: new Uint8Array(32).fill(1), unit: new Uint8Array(32).fill(2) }
const times = { accessedNs: 1n, modifiedNs: 2n, changedNs: 2n ** 60n }
const rights = { rightsBase: 3n, rightsInheriting: 2n ** 64n - 1n, flags: 1 }
const wasi: SavedWasi = {
  version: 1,
  sleptNs: 99n,
  random: Uint32Array.of(1, 2, 3, 2 ** 32 - 1),
  stdinPosition: 7,
  stdout: Uint8Array.of(1, 2, 3),
  stderr: new Uint8Array(),
  volumes: [
    undefined,
    {
      nextInode: 9,
      nodes: [
        { inode: 1, links: 1, times, type: 'directory', parent: undefined, entries: [['\ufeffä', 2]] },
        { inode: 2, links: 1, times, type: 'file', bytes: Uint8Array.of(4) },
        { inode: 3, links: 0, times, type: 'symlink', target: '\ufeffä' },
      ],
    },
  ],
  descriptors: [
    { fd: 0, target: { kind: 'input' }, ...rights },
    { fd: 1, target: { kind: 'output', name: 'stdout' }, ...rights },
    { fd: 2, target: { kind: 'output', name: 'stderr' }, ...rights },
    { fd: 4, target: { kind: 'directory', volume: 1, inode: 1, preopen: '/out', listing: ['ä'] }, ...rights },
    { fd: 9, target: { kind: 'file', volume: 1, inode: 2, position: 2 ** 40 }, ...rights },
  ],
}

function stopped(pages = 3): StoppedUnit {
  const memory = new ArrayBuffer(pages * 65_536)
  const bytes = new Uint8Array(memory)
  bytes[5] = 1
  bytes[4096 * 4 + 4095] = 2
  bytes[bytes.length - 1] = 3
  return { fuel: 12n, computedMs: 3.5, fraction: 0.25, memory, stack: Uint8Array.of(9, 8, 7), wasi }
}

const encoded = (): Uint8Array => encodeSnapshot(identity, stopped())!
const codeOf = (bytes: Uint8Array, of = identity): string => {
  try {
    decodeSnapshot(bytes, of)
    return 'read'
  } catch (error) {
    return errorCode(error)
  }
}

describe('snapshot format', () => {
  it('gives back what was written', () => {
    const { memory, ...rest } = decodeSnapshot(encoded(), identity)
    const { memory: _, ...written } = stopped()
    expect(rest).toEqual(written)
    expect(memory.wasmPages).toBe(3)
    expect(memory.pages).toEqual([0, 4, 47])
    expect([memory.bytes[5], memory.bytes[8191], memory.bytes[12_287]]).toEqual([1, 2, 3])
  })

  it('keeps a list of more than may be, and a text that is too long, from being read', () => {
    const [, out] = wasi.volumes
    const [root] = out!.nodes
    const withRoot = (entries: [string, number][]): SavedWasi => ({
      ...wasi,
      volumes: [
        undefined,
        { nextInode: 9, nodes: [{ ...root!, type: 'directory', parent: undefined, entries }] },
      ],
    })
    const many = Array.from({ length: LIMITS.outputFiles + 1 }, (_, i): [string, number] => [String(i), 2])
    const [descriptor] = wasi.descriptors
    const open = Array.from({ length: LIMITS.openFiles + 1 }, (_, fd) => ({ ...descriptor!, fd }))
    const codeWith = (saved: SavedWasi): string =>
      codeOf(encodeSnapshot(identity, { ...stopped(), wasi: saved })!)
    expect(codeWith(withRoot(many.slice(1)))).toBe('read')
    expect(codeWith(withRoot(many))).toBe('snapshot-unusable')
    expect(codeWith(withRoot([['a'.repeat(LIMITS.fileNameBytes + 1), 2]]))).toBe('snapshot-unusable')
    expect(codeWith({ ...wasi, descriptors: open })).toBe('snapshot-unusable')
    expect(codeWith({ ...wasi, stdinPosition: 2 ** 53 })).toBe('snapshot-unusable')
    expect(codeWith({ ...wasi, stdinPosition: -1 })).toBe('snapshot-unusable')
  })

  it('has a progress between 0 and 1, or none', () => {
    const codeAt = (fraction: number): string => codeOf(encodeSnapshot(identity, { ...stopped(), fraction })!)
    expect([0, 1, -1].map(codeAt)).toEqual(['read', 'read', 'read'])
    expect([1.1, -0.5, NaN, Infinity].map(codeAt)).toEqual(Array(4).fill('snapshot-unusable'))
  })

  it('takes no room for pages of zeros, and reads bytes that lie anywhere', () => {
    const bytes = encodeSnapshot(identity, stopped(1000))!
    expect(bytes.length).toBeLessThan(20_000)
    const moved = new Uint8Array(bytes.length + 1)
    moved.set(bytes, 1)
    expect(decodeSnapshot(moved.subarray(1), identity)).toEqual(decodeSnapshot(bytes, identity))
  })

  it('is not made of more than may be kept', () => {
    const memory = new ArrayBuffer(LIMITS.snapshotBytes)
    const words = new Int32Array(memory)
    for (let at = 0; at < words.length; at += 1024) words[at] = 1
    expect(encodeSnapshot(identity, { ...stopped(), memory })).toBeUndefined()
  })

  it('is given up wherever it is no longer wanted', () => {
    const memory = new ArrayBuffer(3 * 1024 * 1024)
    new Uint8Array(memory).fill(1)
    const asked = { left: Infinity, times: 0 }
    const encode = (): Uint8Array | undefined => {
      asked.times = 0
      return encodeSnapshot(identity, { ...stopped(), memory }, () => (asked.times += 1) <= asked.left)
    }
    expect(encode()?.length).toBeGreaterThan(memory.byteLength)
    // Three MiB, looked at, copied and hashed, and what lies before and behind them.
    const { times } = asked
    expect(times).toBeGreaterThanOrEqual(9)
    for (asked.left = 0; asked.left < times; asked.left++) {
      expect(encode()).toBeUndefined()
      expect(asked.times).toBe(asked.left + 1)
    }
    expect(encode()).toBeDefined()
  })

  it('is refused for another module or unit', () => {
    const other = new Uint8Array(32).fill(3)
    expect(codeOf(encoded())).toBe('read')
    expect(codeOf(encoded(), { ...identity, module: other })).toBe('snapshot-unusable')
    expect(codeOf(encoded(), { ...identity, unit: other })).toBe('snapshot-unusable')
  })

  it('is refused with any byte changed, and cut anywhere', () => {
    const bytes = encoded()
    for (let at = 0; at < bytes.length; at += at < 600 ? 1 : 97) {
      const changed = bytes.slice()
      changed[at] = changed[at]! ^ (1 << (at % 8))
      expect(codeOf(changed), `byte ${at}`).toBe('snapshot-unusable')
      expect(codeOf(bytes.subarray(0, at)), `first ${at}`).toBe('snapshot-unusable')
    }
  })

  it('says so of every other bytes, also where the checksum is right', () => {
    const bytes = encoded()
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(700), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const changed = bytes.slice()
          for (const [at, byte] of changes) changed[at] = byte
          const length = changed.length - 4
          new DataView(changed.buffer).setUint32(length, checksum(changed, length), true)
          expect(['read', 'snapshot-unusable']).toContain(codeOf(changed))
        },
      ),
      { seed: 3, numRuns: 3000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        expect(codeOf(random)).toBe('snapshot-unusable')
      }),
      { seed: 4, numRuns: 500 },
    )
  })
})

describe('checksum', () => {
  // From the reference implementation, seed 0.
  it.each([
    ['', 0x02cc5d05],
    ['abcd', 0xa3643705],
  ])('of %j is that of xxHash32', (text, expected) => {
    expect(checksum(new TextEncoder().encode(text), text.length)).toBe(expected)
  })
})
