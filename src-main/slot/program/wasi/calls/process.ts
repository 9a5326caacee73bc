import { UnitEnd } from '../../unit-end.ts'
import { ERRNO } from '../errno.ts'
import type { SeededRandom } from '../random.ts'
import { chargeBytes, inPieces, type WasiCalls, type WasiSystem } from '../system.ts'

export interface ProcessInit {
  /** Includes the program's name. */
  readonly args: readonly string[]
  /** Each one `NAME=value`. */
  readonly environment: readonly string[]
  readonly random: SeededRandom
}

/** Arguments, environment, random numbers and the end of the process. */
export function processCalls(system: WasiSystem, { args, environment, random }: ProcessInit): WasiCalls {
  const { memory } = system
  const encoder = new TextEncoder()
  const terminated = (text: string): Uint8Array => encoder.encode(`${text}\0`)
  const argv = args.map(terminated)
  const environ = environment.map(terminated)

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
      chargeBytes(system, bytes.length)
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
      inPieces(system, bytes.length, (start, end) => random.fill(bytes.subarray(start, end)))
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
