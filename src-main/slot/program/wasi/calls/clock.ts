import { ERRNO } from '../errno.ts'
import type { WasiCalls, WasiSystem } from '../system.ts'

/** The clocks: virtual, driven by fuel and sleep. */
export function clockCalls({ memory, clock }: WasiSystem): WasiCalls {
  return {
    clock_res_get: (clockId: number, at: number) => {
      if (clock.read(clockId) === undefined) return ERRNO.inval
      memory.setU64(at, 1n)
      return ERRNO.success
    },
    clock_time_get: (clockId: number, _precision: bigint, at: number) => {
      const now = clock.read(clockId)
      if (now === undefined) return ERRNO.inval
      memory.setU64(at, now)
      return ERRNO.success
    },
  }
}
