import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

const LOWEST = constants.priority.PRIORITY_LOW

/**
 * Gives way to everything else on the machine. On Linux a priority belongs to a thread and a new thread takes its
 * maker's, so all threads that exist are lowered, and scheduled as idle where `chrt` (util-linux) is installed;
 * elsewhere it belongs to the process. A process or thread that is already gone is passed over. Where nothing is left
 * to lower this is one look at each thread: cheap enough to ask at every unit.
 * @returns how many threads (or processes) were lowered
 */
export function lowerPriority(pid: number): number {
  const higher = tasksOf(pid).filter((id) => attempt(() => getPriority(id) !== LOWEST))
  if (higher.length === 0) return 0
  if (process.platform === 'linux') scheduleAsIdle(pid)
  return higher.filter((id) =>
    attempt(() => {
      setPriority(id, LOWEST)
      return true
    }),
  ).length
}

/** Node has no call for this. Without the command the lowest ordinary priority has to do. */
function scheduleAsIdle(pid: number): void {
  execFile('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)], () => undefined)
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

/** False when the process or thread is gone or belongs to somebody else. */
function attempt(work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return false
    throw error
  }
}
