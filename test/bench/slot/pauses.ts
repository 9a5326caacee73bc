import { LIMITS } from '../../../src-main/domain/limits.ts'
import { loadOf, moduleName, unitOf } from '../../slot/units.ts'
import { startRawRunner, type RawRunner } from '../../support/raw-runner.ts'
import { CASE_MEMORY_BYTES, type PauseCase } from './pause-cases.ts'

/** Enough that the 99th percentile is not simply the worst. */
const PAUSES = 400
/** A program that ends is started again, at most so often. */
const RUNS = 20
/** Watched in a loop for so long, which most pauses take no longer than. */
const SPIN_MS = 0.2
/** Then in steps. */
const STEP_MS = 0.05
const GIVE_UP_MS = 2_000

/** Milliseconds from each request to the parked thread, on a thread of its own: some programs never end. */
export async function pausesOf(program: PauseCase): Promise<readonly number[]> {
  const raw = await startRawRunner()
  try {
    const { original } = program
    await raw.runner.load(loadOf(original, { module: moduleName(original, CASE_MEMORY_BYTES) }))
    raw.control.setCpuShare(program.cpuShare)
    const took: number[] = []
    for (let run = 0; run < RUNS && took.length < PAUSES; run++) await pauseOneRun(raw, program, took)
    return took
  } finally {
    await raw.close()
  }
}

async function pauseOneRun(
  { control, runner }: RawRunner,
  program: PauseCase,
  took: number[],
): Promise<void> {
  const { original, args } = program
  const module = moduleName(original, CASE_MEMORY_BYTES)
  control.beginUnit()
  const unit = { over: false }
  const isOver = (): boolean => unit.over
  const end = (): void => {
    unit.over = true
  }
  // It also ends, with an error, when its thread is ended.
  runner.run(unitOf(original, { module, args: [...args], maxFuel: LIMITS.fuelPerUnit })).then(end, end)
  while (control.read().ticks === 0 && !isOver()) await rest(1)
  while (took.length < PAUSES && !isOver()) {
    // At any point of a quantum.
    await rest(1 + Math.random() * 2)
    const startMs = performance.now()
    const command = control.requestPause()
    watch(startMs, () => control.isParkedFor(command))
    const tookMs = performance.now() - startMs
    const parked = control.isParkedFor(command)
    control.requestResume()
    await rest(0)
    if (parked || !isOver()) took.push(tookMs)
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Blocks this thread until `done`, without holding a core: a thread that watches in a loop keeps others waiting for a
 * whole slice of the scheduler (4 ms and more), among them those that the watched one waits for.
 */
function watch(startMs: number, done: () => boolean): void {
  for (let waitedMs = 0; !done() && waitedMs < GIVE_UP_MS; waitedMs = performance.now() - startMs)
    if (waitedMs > SPIN_MS) Atomics.wait(cell, 0, 0, STEP_MS)
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
