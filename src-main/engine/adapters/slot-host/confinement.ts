import { SLOT_V8_FLAGS } from '../../../contracts/slot-flags.ts'
import type { SlotIsolation } from '../../ports.ts'
import { canRun } from './can-run.ts'

/** How slot processes are cut off on this machine. */
export interface Confinement {
  readonly isolation: SlotIsolation
  /** Command that runs the one that follows it; empty when there is none. It replaces itself: the pid stays. */
  readonly wrapper: readonly string[]
}

/** Takes away what root could do beyond other users, and what programs with more rights would give back. */
const WITHOUT_RIGHTS = ['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'] as const
const AS_ROOT = ['unshare', '--net'] as const
const AS_USER = ['unshare', '--user', '--map-root-user', '--net'] as const

/** Ways into an empty network namespace, the first that works is taken: as root, and for everybody else. */
const WRAPPERS = [[...AS_ROOT, ...WITHOUT_RIGHTS], [...AS_USER, ...WITHOUT_RIGHTS], AS_ROOT, AS_USER] as const

export const CONFINED: SlotIsolation = {
  sandboxed: true,
  note: 'own process, permission model, empty network namespace',
}
export const PROCESS_ONLY: SlotIsolation = { sandboxed: false, note: 'process isolation only' }

/** Finds out once, by trying, whether slot processes can be put into a network namespace without any network. */
export async function probeConfinement(): Promise<Confinement> {
  if (process.platform === 'linux')
    for (const wrapper of WRAPPERS) if (await canRun(wrapper)) return { isolation: CONFINED, wrapper }
  return { isolation: PROCESS_ONLY, wrapper: [] }
}

/** What the slot program loads for modules with checkpoints: binaryen, which lies beside it. */
export function laterPartOf(programPath: string): string {
  return programPath.replace(/\.js$/, '.binaryen.js')
}

/**
 * The command line of a slot process: Node under its permission model, allowed to read its own two files and to start
 * its runner thread, and nothing else. Every flag here is part of the sandbox but V8's, which make units fast.
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
    `--allow-fs-read=${laterPartOf(programPath)}`,
    '--allow-worker',
    ...SLOT_V8_FLAGS,
    programPath,
  ] as const
  const [file, ...args] = confinement.wrapper
  return file === undefined ? [...node] : [file, ...args, ...node]
}
