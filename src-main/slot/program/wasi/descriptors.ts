import { UnitEnd } from '../unit-end.ts'
import { ERRNO, WasiError } from './errno.ts'

/** Rights of WASI preview 1 that are in use here, as bits. */
export const RIGHTS = {
  read: 1n << 1n,
  write: 1n << 6n,
  filestatGet: 1n << 21n,
  filestatSetSize: 1n << 22n,
  filestatSetTimes: 1n << 23n,
  poll: 1n << 27n,
} as const

export const FILE_TYPES = { unknown: 0, characterDevice: 2, directory: 3, regularFile: 4 } as const

/** What a unit can hold open. Files and directories will be further implementations. */
export interface Descriptor {
  readonly fileType: number
  rightsBase: bigint
  rightsInheriting: bigint
  flags: number
  /** Bytes that {@link read} can still give without waiting. */
  readonly available: number
  /** Fills `into` as far as there are bytes; returns how many. Absent when it cannot be read. */
  read?(into: Uint8Array): number
  /** Takes all of `bytes` (copies them). Absent when it cannot be written. */
  write?(bytes: Uint8Array): void
}

/** Standard input: all of it is there from the start. */
export function inputStream(data: Uint8Array): Descriptor {
  let position = 0
  return {
    fileType: FILE_TYPES.characterDevice,
    rightsBase: RIGHTS.read | RIGHTS.filestatGet | RIGHTS.poll,
    rightsInheriting: 0n,
    flags: 0,
    get available() {
      return data.length - position
    },
    read(into) {
      const part = data.subarray(position, position + into.length)
      into.set(part)
      position += part.length
      return part.length
    },
  }
}

export interface OutputStream extends Descriptor {
  write(bytes: Uint8Array): void
  /** A copy of what was written and kept. */
  taken(): Uint8Array
}

/**
 * Standard output or error. Beyond `maxBytes` an output that counts ends the unit with `output-too-large`; one that
 * does not is cut off silently.
 */
export function outputStream(maxBytes: number, beyond: 'end-unit' | 'drop'): OutputStream {
  let kept = new Uint8Array(0)
  let length = 0
  const reserve = (size: number): void => {
    if (size <= kept.length) return
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(size, 2 * kept.length, 1024)))
    larger.set(kept.subarray(0, length))
    kept = larger
  }
  return {
    fileType: FILE_TYPES.characterDevice,
    rightsBase: RIGHTS.write | RIGHTS.filestatGet | RIGHTS.poll,
    rightsInheriting: 0n,
    flags: 1,
    available: 0,
    write(bytes) {
      const part = bytes.subarray(0, maxBytes - length)
      reserve(length + part.length)
      kept.set(part, length)
      length += part.length
      if (part.length < bytes.length && beyond === 'end-unit')
        throw new UnitEnd('output-too-large', `standard output is limited to ${String(maxBytes)} bytes`)
    },
    taken: () => kept.slice(0, length),
  }
}

/** The unit's open descriptors by number. Starts with standard input, output and error as 0, 1 and 2. */
export class DescriptorTable {
  readonly #open: Map<number, Descriptor>

  constructor(standard: readonly Descriptor[]) {
    this.#open = new Map(standard.entries())
  }

  /** Throws `badf` for a number that is not open. */
  get(fd: number): Descriptor {
    const descriptor = this.#open.get(fd >>> 0)
    if (descriptor === undefined) throw new WasiError(ERRNO.badf)
    return descriptor
  }

  /** Throws `badf`, then `notcapable` when the descriptor lacks the right. */
  getWith(fd: number, right: bigint): Descriptor {
    const descriptor = this.get(fd)
    if ((descriptor.rightsBase & right) === 0n) throw new WasiError(ERRNO.notcapable)
    return descriptor
  }

  close(fd: number): void {
    this.get(fd)
    this.#open.delete(fd >>> 0)
  }

  /** Moves `from` over `to`, which must be open too and is closed by this. */
  renumber(from: number, to: number): void {
    const descriptor = this.get(from)
    this.get(to)
    if (from === to) return
    this.#open.set(to >>> 0, descriptor)
    this.#open.delete(from >>> 0)
  }
}
