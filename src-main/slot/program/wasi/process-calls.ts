import { UnitEnd } from '../unit-end.ts'
import { ERRNO } from './errno.ts'
import type { SeededRandom } from './random.ts'
import type { WasiCalls, WasiSystem } from './system.ts'

/** Random bytes are made in pieces of this size, with a charge before each: a pause never waits for a huge request. */
const RANDOM_PIECE_BYTES = 64 * 1024

/** Arguments, environment, random numbers and the end of the process. `args` includes the program's name. */
export function processCalls(system: WasiSystem, args: readonly string[], random: SeededRandom): WasiCalls {
  const { memory } = system
  const encoder = new TextEncoder()
  const argv = args.map((text) => encoder.encode(`${text}\0`))
  const environ: Uint8Array[] = []

  const sizes = (list: readonly Uint8Array[], countAt: number, bytesAt: number): number => {
    memory.setU32(countAt, list.length)
    memory.setU32(
      bytesAt,
      list.reduce((sum, bytes) => sum + bytes.length, 0),
    )
    return ERRNO.success
  }
  const copy = (list: readonly Uint8Array[], pointersAt: number, textAt: number): number => {
    let at = textAt
    for (const [index, bytes] of list.entries()) {
      system.chargeBytes(bytes.length)
      memory.setU32(pointersAt + 4 * index, at)
      memory.span(at, bytes.length).set(bytes)
      at += bytes.length
    }
    return ERRNO.success
  }

  return {
    args_sizes_get: (countAt: number, bytesAt: number) => sizes(argv, countAt, bytesAt),
    args_get: (pointersAt: number, textAt: number) => copy(argv, pointersAt, textAt),
    environ_sizes_get: (countAt: number, bytesAt: number) => sizes(environ, countAt, bytesAt),
    environ_get: (pointersAt: number, textAt: number) => copy(environ, pointersAt, textAt),
    random_get: (at: number, length: number) => {
      const bytes = memory.span(at, length)
      for (let done = 0; done < bytes.length; done += RANDOM_PIECE_BYTES) {
        const piece = bytes.subarray(done, done + RANDOM_PIECE_BYTES)
        system.chargeBytes(piece.length)
        random.fill(piece)
      }
      return ERRNO.success
    },
    sched_yield: () => ERRNO.success,
    proc_raise: () => ERRNO.nosys,
    proc_exit: (code: number) => {
      // Exit codes have eight bits elsewhere; larger ones must not fold onto success.
      const exitCode = Math.min(code >>> 0, 255)
      if (exitCode === 0) throw new UnitEnd('ok', 'exit code 0', 0)
      throw new UnitEnd('exit-nonzero', `exit code ${String(exitCode)}`, exitCode)
    },
  }
}
