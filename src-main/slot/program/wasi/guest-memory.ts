import { UnitEnd } from '../unit-end.ts'
import { ERRNO, WasiError } from './errno.ts'

/**
 * The unit's linear memory with every access checked: an address outside it is `fault`, a number for the guest.
 * Bounds are compared, never caught: a RangeError in the host means that the host's own stack ran out, and must not
 * be mistaken for a bad pointer.
 *
 * Addresses arrive as signed 32-bit integers, as WebAssembly passes them. Numbers are little-endian.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined
  #bytes = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory
  }

  /** To be called when a host call begins: growing the memory detaches the old buffer. */
  refresh(): void {
    if (this.#memory === undefined)
      throw new UnitEnd('trap', 'the module called its host before it was started')
    const buffer = this.#memory.buffer
    if (this.#bytes.buffer === buffer) return
    this.#bytes = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
  }

  /** The `length` bytes at `at`, shared with the guest; valid until the host call returns. */
  span(at: number, length: number): Uint8Array {
    const start = this.#check(at, length)
    return this.#bytes.subarray(start, start + (length >>> 0))
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#check(at, 1))
  }
  u16(at: number): number {
    return this.#view.getUint16(this.#check(at, 2), true)
  }
  u32(at: number): number {
    return this.#view.getUint32(this.#check(at, 4), true)
  }
  u64(at: number): bigint {
    return this.#view.getBigUint64(this.#check(at, 8), true)
  }
  setU8(at: number, value: number): void {
    this.#view.setUint8(this.#check(at, 1), value)
  }
  setU16(at: number, value: number): void {
    this.#view.setUint16(this.#check(at, 2), value, true)
  }
  setU32(at: number, value: number): void {
    this.#view.setUint32(this.#check(at, 4), value, true)
  }
  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(this.#check(at, 8), value, true)
  }

  #check(at: number, length: number): number {
    const start = at >>> 0
    if (start + (length >>> 0) > this.#bytes.byteLength) throw new WasiError(ERRNO.fault)
    return start
  }
}
