import { setFlagsFromString } from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { prepareModule, type PreparedModule } from '../toolchain/index.ts'
import { parentProcessPort, workerPort } from './node-ports.ts'
import { Control } from './program/control.ts'
import { serveRunner } from './program/runner.ts'
import { serveSlot } from './program/slot.ts'

/**
 * The slot program as a child process of a headless donor: the process's main thread serves `contracts/slot` on the
 * channel to its parent, a worker thread started from this same file runs the units. Bundled into this file and one beside
 * it, which only modules with checkpoints load, because the permission model lets this process read nothing else.
 */

/** Exit code that tells a dead runner thread from a program that did not start, which is Node's own 1. */
const RUNNER_FAILED = 70

if (isMainThread) hostSlot()
else runUnits()

function hostSlot(): void {
  // Nobody is left to talk to. Not `exit`: that would wait for a compilation in the other thread.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  serveSlot({
    port: parentProcessPort(),
    startRunner: (control) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: control, env: {}, stdin: false })
      // Without its runner a slot is of no use; the parent sees the process end.
      worker.once('exit', () => process.exit(RUNNER_FAILED))
      worker.once('error', () => process.exit(RUNNER_FAILED))
      return workerPort(worker)
    },
    every: (ms, work) => {
      const timer = setInterval(work, ms)
      return () => clearInterval(timer)
    },
  })
}

function runUnits(): void {
  if (parentPort === null || !(workerData instanceof SharedArrayBuffer))
    throw new Error('the runner thread needs its control memory')
  serveRunner({
    port: workerPort(parentPort),
    control: new Control(workerData),
    monotonicMs: () => performance.now(),
    prepare: prepareQuickly,
  })
}

/**
 * Slots compile without the baseline compiler, which is right for units and slow for a library that is large and runs
 * for a moment: 3 s, and 0.3 s with it. Nothing but that library is compiled meanwhile.
 */
async function prepareQuickly(
  ...[original, options]: Parameters<typeof prepareModule>
): Promise<PreparedModule> {
  if (options.checkpoint === true) setFlagsFromString('--liftoff')
  try {
    return await prepareModule(original, options)
  } finally {
    if (options.checkpoint === true) setFlagsFromString('--no-liftoff')
  }
}
