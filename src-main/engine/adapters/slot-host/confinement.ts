import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SLOT_V8_FLAGS } from '../../../contracts/slot-flags.ts'
import type { SlotIsolation } from '../../ports.ts'

/** How slot processes are cut off on this machine. */
export interface Confinement {
  readonly isolation: SlotIsolation
  /** Command that runs the one that follows it; empty when there is none. It replaces itself: the pid stays. */
  readonly wrapper: readonly string[]
}

/** Ways into an empty network namespace, the first that works is taken: as root, and for everybody else. */
const WRAPPERS = [
  ['unshare', '--net'],
  ['unshare', '--user', '--map-root-user', '--net'],
] as const

const PROBE_MS = 5_000

export const CONFINED: SlotIsolation = {
  sandboxed: true,
  note: 'own process, permission model, empty network namespace',
}
export const PROCESS_ONLY: SlotIsolation = { sandboxed: false, note: 'process isolation only' }

/** Finds out once, by trying, whether slot processes can be put into a network namespace without any network. */
export async function probeConfinement(): Promise<Confinement> {
  if (process.platform === 'linux')
    for (const wrapper of WRAPPERS) if (await works(wrapper)) return { isolation: CONFINED, wrapper }
  return { isolation: PROCESS_ONLY, wrapper: [] }
}

async function works([file, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  try {
    // With the slots' own empty environment, so that what is found here is found there.
    await promisify(execFile)(file, [...args, 'true'], { env: {}, timeout: PROBE_MS })
    return true
  } catch {
    // Not installed or not permitted: either way this machine cannot, which is the answer.
    return false
  }
}

/**
 * The command line of a slot process: Node under its permission model, allowed to read one file and to start its
 * runner thread, and nothing else. Every flag here is part of the sandbox but V8's, which make units fast.
 */
export function confinedCommand(
  confinement: Confinement,
  execPath: string,
  programPath: string,
): readonly [string, ...string[]] {
  const node = [
    execPath,
    '--permission',
    `--allow-fs-read=${programPath}`,
    '--allow-worker',
    ...SLOT_V8_FLAGS,
    programPath,
  ] as const
  const [file, ...args] = confinement.wrapper
  return file === undefined ? [...node] : [file, ...args, ...node]
}
