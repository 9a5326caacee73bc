import { FREE_VECTORS, VECTOR_FUEL } from './costs.ts'
import { ERRNO, WasiError } from './errno.ts'
import type { WasiSystem } from './system.ts'

const MAX_VECTORS = 1024
const VECTOR_BYTES = 8

/** The pieces of memory that a list of `iovec` or `ciovec` names, shared with the guest, checked before any is used. */
export function readVectors(system: WasiSystem, at: number, count: number): Uint8Array[] {
  const { memory } = system
  const length = count >>> 0
  if (length > MAX_VECTORS) throw new WasiError(ERRNO.inval)
  if (length > FREE_VECTORS) system.charge((length - FREE_VECTORS) * VECTOR_FUEL)
  return Array.from({ length }, (_, i) => {
    const vector = (at >>> 0) + i * VECTOR_BYTES
    return memory.span(memory.u32(vector), memory.u32(vector + 4))
  })
}

export function totalBytes(vectors: readonly Uint8Array[]): number {
  return vectors.reduce((sum, bytes) => sum + bytes.length, 0)
}
