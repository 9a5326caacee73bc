import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { promisify } from 'node:util'
import type { SlotPriority } from '../../contracts/slot-host.ts'

const LOWEST = constants.priority.PRIORITY_LOW

/**
 * Makes a process give way to everything else on the machine. On Linux a priority belongs to a thread and a new thread
 * takes its maker's, so all threads that exist are lowered, and scheduled as idle where `chrt` (util-linux) is
 * installed; elsewhere it belongs to the process. A process or thread that is already gone is passed over.
 * @returns what the system allowed
 */
export async function lowerPriority(pid: number): Promise<SlotPriority> {
  const isIdle = process.platform === 'linux' && (await scheduledAsIdle(pid))
  return { scheduler: isIdle ? 'idle' : 'normal', nice: tasksOf(pid).filter(lowered).length > 0 }
}

/**
 * The same once more for threads that were being made when their makers were lowered. Where there are none this is one
 * look at each thread: cheap enough to ask at every unit.
 * @returns whether there were any
 */
export async function lowerNewThreads(pid: number): Promise<boolean> {
  if (tasksOf(pid).every((id) => !isHigher(id))) return false
  await lowerPriority(pid)
  return true
}

/** Node has no call for this. Without the command the lowest ordinary priority has to do. */
async function scheduledAsIdle(pid: number): Promise<boolean> {
  try {
    await promisify(execFile)('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)])
    return true
  } catch {
    // Not installed, or not permitted: the answer says so.
    return false
  }
}

function tasksOf(pid: number): number[] {
  if (process.platform !== 'linux') return [pid]
  try {
    return readdirSync(`/proc/${String(pid)}/task`).map(Number)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const isHigher = (id: number): boolean => attempt(() => getPriority(id) !== LOWEST)

const lowered = (id: number): boolean =>
  attempt(() => {
    setPriority(id, LOWEST)
    return true
  })

/** False when the process or thread is gone or belongs to somebody else. */
function attempt(work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return false
    throw error
  }
}
