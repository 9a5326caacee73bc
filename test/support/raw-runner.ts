import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { connect, type Client } from '../../src-main/contracts/rpc.ts'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { slotRunnerSchema, type SlotRunnerSchema } from '../../src-main/contracts/slot-runner.ts'
import { workerPort } from '../../src-main/slot/node-ports.ts'
import { Control } from '../../src-main/slot/program/control.ts'
import { builtFile } from './build.ts'

/** A slot's runner thread without the slot around it, so that nothing but the thread itself is measured. */
export interface RawRunner {
  readonly control: Control
  readonly runner: Client<SlotRunnerSchema>
  close(): Promise<void>
}

/**
 * Starts one in this process. Sets V8's flags as slots have them, for the whole process and for good; those of the
 * garbage collector come too late to take effect.
 */
export async function startRawRunner(): Promise<RawRunner> {
  for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)
  const control = new Control()
  const program = pathToFileURL(await builtFile('main/slot-node-host.js'))
  const worker = new Worker(program, { workerData: control.buffer, env: {}, stdin: false })
  await once(worker, 'online')
  const runner = connect<SlotRunnerSchema>(slotRunnerSchema, workerPort(worker))
  return {
    control,
    runner,
    close: async () => {
      runner.close()
      await worker.terminate()
    },
  }
}
