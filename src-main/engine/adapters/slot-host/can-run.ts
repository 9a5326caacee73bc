import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const PROBE_MS = 5_000

/** Whether this machine lets a wrapper (a command that runs the one that follows it) run something. */
export async function canRun([file, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  try {
    // With the slots' own empty environment, so that what is found here is found there.
    await promisify(execFile)(file, [...args, 'true'], { env: {}, timeout: PROBE_MS })
    return true
  } catch {
    // Not installed or not permitted: either way this machine cannot, which is the answer.
    return false
  }
}
