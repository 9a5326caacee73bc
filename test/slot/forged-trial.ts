import type { RunUnit } from '../../src-main/contracts/slot.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { isCounted, type UnitRun } from '../../src-main/domain/outcome.ts'
import { filesProblem } from '../../src-main/domain/unit-file.ts'
import { STDERR_KEPT_BYTES } from '../../src-main/slot/program/wasi/wasi.ts'

/**
 * What is wrong with the end of a unit that went on from a forged snapshot, or undefined: it must have stayed within its
 * limits, and nothing in it may look like a failure of the machine. What it computed is anybody's guess.
 */
export function forgedRunFault(run: UnitRun, unit: RunUnit): string | undefined {
  const { outcome, fuel, stdout, stderr, files = [] } = run
  // A forged snapshot may say that the unit has computed for hours.
  if (!isCounted(outcome) && outcome !== 'timeout') return `${outcome}: ${run.reason ?? ''}`
  if (fuel < 0n || fuel > unit.maxFuel) return `fuel ${fuel.toString()}`
  if (stdout.length > unit.maxOutputBytes) return `${String(stdout.length)} bytes of output`
  if (stderr.length > STDERR_KEPT_BYTES) return `${String(stderr.length)} bytes of standard error`
  return filesProblem(files, { count: LIMITS.outputFiles, bytes: LIMITS.outputFilesBytes })
}
