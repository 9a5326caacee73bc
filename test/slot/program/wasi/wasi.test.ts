import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnitEnd } from '../../../../src-main/slot/program/unit-end.ts'
import { BYTE_FUEL, CALL_FUEL } from '../../../../src-main/slot/program/wasi/costs.ts'
import { EPOCH_NS } from '../../../../src-main/slot/program/wasi/virtual-clock.ts'
import { STDERR_KEPT_BYTES } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { WASI_NAMES } from '../../../../src-main/toolchain/wasi-names.ts'
import { guest } from './guest.ts'

const BADF = 8
const FAULT = 21
const INVAL = 28

describe('deterministic WASI', () => {
  it('offers every function that the policy lets a module import', () => {
    expect(Object.keys(guest().wasi.imports).sort()).toEqual([...WASI_NAMES])
  })

  it('gives the arguments after a fixed program name, and an empty environment', () => {
    const { call, view, bytes } = guest({ args: ['7', 'é'] })
    expect(call('args_sizes_get', 0, 4)).toBe(0)
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([3, 9])
    expect(call('args_get', 0, 100)).toBe(0)
    expect(new TextDecoder().decode(bytes(100, 9))).toBe('app\x007\0é\0')
    expect([0, 4, 8].map((at) => view.getUint32(at, true))).toEqual([100, 104, 106])
    expect(call('environ_sizes_get', 0, 4)).toBe(0)
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0, 0])
  })

  it('reads standard input once, in order, over several vectors', () => {
    const { call, view, bytes } = guest({ stdin: new TextEncoder().encode('abcdef') })
    const vectors = [200, 2, 300, 3]
    for (const [i, value] of vectors.entries()) view.setUint32(4 * i, value, true)
    expect(call('fd_read', 0, 0, 2, 64)).toBe(0)
    expect(view.getUint32(64, true)).toBe(5)
    expect(new TextDecoder().decode(bytes(200, 2)) + new TextDecoder().decode(bytes(300, 3))).toBe('abcde')
    expect(call('fd_read', 0, 0, 2, 64)).toBe(0)
    expect(view.getUint32(64, true)).toBe(1)
    expect(call('fd_read', 0, 0, 2, 64)).toBe(0)
    expect(view.getUint32(64, true)).toBe(0)
  })

  it('keeps standard output and standard error apart', () => {
    const { wasi, write } = guest()
    expect(write(1, 'out')).toBe('success')
    expect(write(2, 'err')).toBe('success')
    expect(write(0, 'in')).toBe('badf')
    expect(new TextDecoder().decode(wasi.stdout())).toBe('out')
    expect(new TextDecoder().decode(wasi.stderr())).toBe('err')
  })

  it('ends the unit when standard output is too large, keeping what fits', () => {
    const { wasi, write } = guest({ maxOutputBytes: 5 })
    expect(write(1, 'abcde')).toBe('success')
    expect(() => write(1, 'f')).toThrow(expect.objectContaining({ outcome: 'output-too-large' }))
    expect(new TextDecoder().decode(wasi.stdout())).toBe('abcde')
  })

  it('cuts standard error off without ending the unit', () => {
    const { wasi, write } = guest()
    for (let i = 0; i < 5; i++) expect(write(2, 'e'.repeat(4096))).toBe('success')
    expect(wasi.stderr().length).toBe(STDERR_KEPT_BYTES)
  })

  it('has a clock that moves only with fuel and sleep', () => {
    const { call, view, fuelUsed } = guest()
    expect(call('clock_time_get', 0, 0n, 8)).toBe(0)
    expect(view.getBigUint64(8, true)).toBe(EPOCH_NS + fuelUsed())
    expect(call('clock_time_get', 1, 0n, 8)).toBe(0)
    expect(view.getBigUint64(8, true)).toBe(fuelUsed())
    expect(call('clock_time_get', 9, 0n, 8)).toBe(INVAL)
  })

  it('sleeps at once, moving the clock to the earliest timer', () => {
    const { call, view, fuelUsed } = guest()
    const timer = (at: number, userData: bigint, ns: bigint): void => {
      view.setBigUint64(at, userData, true)
      view.setUint8(at + 8, 0)
      view.setUint32(at + 16, 1, true)
      view.setBigUint64(at + 24, ns, true)
    }
    timer(0, 11n, 5_000_000_000n)
    timer(48, 22n, 3_000_000_000n)
    expect(call('poll_oneoff', 0, 200, 2, 300)).toBe(0)
    expect(view.getUint32(300, true)).toBe(1)
    expect(view.getBigUint64(200, true)).toBe(22n)
    expect(call('clock_time_get', 1, 0n, 8)).toBe(0)
    expect(view.getBigUint64(8, true)).toBe(3_000_000_000n + fuelUsed())
    // The time of the processor is not slept.
    expect(call('clock_time_get', 2, 0n, 8)).toBe(0)
    expect(view.getBigUint64(8, true)).toBe(fuelUsed())
  })

  it('does not sleep when a stream is ready, and reports what is wrong with a subscription as an event', () => {
    const { call, view } = guest({ stdin: new Uint8Array(3) })
    view.setUint8(8, 1)
    view.setUint32(16, 0, true)
    view.setUint8(48 + 8, 2)
    view.setUint32(48 + 16, 77, true)
    view.setUint8(96 + 8, 0)
    view.setUint32(96 + 16, 1, true)
    view.setBigUint64(96 + 24, 1n << 63n, true)
    expect(call('poll_oneoff', 0, 400, 3, 700)).toBe(0)
    expect(view.getUint32(700, true)).toBe(2)
    expect(view.getBigUint64(400 + 16, true)).toBe(3n)
    expect(view.getUint16(432 + 8, true)).toBe(BADF)
    expect(call('clock_time_get', 1, 0n, 8)).toBe(0)
    expect(view.getBigUint64(8, true)).toBeLessThan(1n << 40n)
  })

  it('makes the same random bytes from the same seed, and others from a seed that differs in one bit', () => {
    const draw = (seed: Uint8Array): string => {
      const { call, bytes } = guest({ seed })
      expect(call('random_get', 0, 64)).toBe(0)
      return bytes(0, 64).join()
    }
    const seed = Uint8Array.from({ length: 32 }, (_, i) => i)
    expect(draw(seed)).toBe(draw(seed))
    const seen = new Set([draw(seed)])
    for (let bit = 0; bit < 256; bit++) {
      const other = seed.slice()
      other[bit >> 3] = other[bit >> 3]! ^ (1 << (bit & 7))
      seen.add(draw(other))
    }
    expect(seen.size).toBe(257)
  })

  it('charges a base for every call and for every byte it moves', () => {
    const { call, write, fuelUsed } = guest()
    call('sched_yield')
    expect(fuelUsed()).toBe(BigInt(CALL_FUEL))
    write(1, 'abc')
    expect(fuelUsed()).toBe(BigInt(2 * CALL_FUEL + 3 * BYTE_FUEL))
  })

  it('ends with the exit code; a large one does not fold onto success', () => {
    const { call } = guest()
    expect(() => call('proc_exit', 0)).toThrow(expect.objectContaining({ outcome: 'ok', exitCode: 0 }))
    expect(() => call('proc_exit', 7)).toThrow(
      expect.objectContaining({ outcome: 'exit-nonzero', exitCode: 7 }),
    )
    expect(() => call('proc_exit', 256)).toThrow(expect.objectContaining({ exitCode: 255 }))
    expect(() => call('proc_exit', -1)).toThrow(expect.objectContaining({ exitCode: 255 }))
  })

  it('has no sockets', () => {
    const { errno } = guest()
    expect(errno('sock_recv', 0, 0, 0, 0, 0, 0)).toBe('notsock')
    expect(errno('sock_accept', 9, 0, 0)).toBe('badf')
  })

  it('closes and renumbers descriptors', () => {
    const { wasi, call, write } = guest()
    expect(call('fd_renumber', 2, 1)).toBe(0)
    expect(write(1, 'now error')).toBe('success')
    expect(new TextDecoder().decode(wasi.stderr())).toBe('now error')
    expect(call('fd_close', 2)).toBe(BADF)
    expect(call('fd_close', 1)).toBe(0)
    expect(write(1, 'x')).toBe('badf')
  })

  it('answers a pointer outside the memory with a fault', () => {
    const { call, view, memory } = guest({ stdin: new Uint8Array(10) })
    view.setUint32(0, memory.buffer.byteLength - 1, true)
    view.setUint32(4, 2, true)
    expect(call('fd_write', 1, 0, 1, 16)).toBe(FAULT)
    expect(call('fd_read', 0, -8, 1, 16)).toBe(FAULT)
    expect(call('fd_read', 0, 0, 1, memory.buffer.byteLength - 3)).toBe(FAULT)
    expect(call('random_get', 1, memory.buffer.byteLength)).toBe(FAULT)
    expect(call('args_get', -1, 0)).toBe(FAULT)
    expect(call('clock_time_get', 0, 0n, memory.buffer.byteLength - 7)).toBe(FAULT)
  })

  it('answers any call with any numbers by an error number or an end of the unit', () => {
    const number = fc.oneof(fc.integer(), fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(
        fc.constantFrom(...WASI_NAMES),
        fc.array(number, { minLength: 9, maxLength: 9 }),
        fc.array(number, { minLength: 64, maxLength: 64 }),
        (name, values, words) => {
          const { call, view } = guest({ stdin: new Uint8Array(100) })
          for (const [i, word] of words.entries()) view.setInt32(4 * i, word, true)
          // Which parameters are 64 bits wide depends on the function; those few take bigints.
          const wide = WIDE[name] ?? []
          const args = values.map((value, i) => (wide.includes(i) ? BigInt(value) : value))
          try {
            const errno = call(name, ...args)
            expect(errno).toBeGreaterThanOrEqual(0)
            expect(errno).toBeLessThanOrEqual(76)
          } catch (error) {
            expect(error).toBeInstanceOf(UnitEnd)
          }
        },
      ),
      { seed: 20_240_611, numRuns: 3_000 },
    )
  })
})

const WIDE: Readonly<Record<string, readonly number[]>> = {
  clock_time_get: [1],
  fd_advise: [1, 2],
  fd_allocate: [1, 2],
  fd_fdstat_set_rights: [1, 2],
  fd_filestat_set_size: [1],
  fd_filestat_set_times: [1, 2],
  fd_pread: [3],
  fd_pwrite: [3],
  fd_readdir: [3],
  fd_seek: [1],
  path_filestat_set_times: [4, 5],
  path_open: [5, 6],
}
