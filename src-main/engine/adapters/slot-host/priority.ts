import { readdirSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/**
 * Gives a slot's process the lowest priority. On Linux a priority belongs to a thread and is inherited by the threads
 * it makes, so all that exist are set. `pid` must lead a session of its own: the kernel weighs sessions against each
 * other first (autogroup), and a session shared with the owner's programs must not be lowered.
 * @returns false when the machine did not let us; the slot then runs at the priority of its parent
 */
export function lowerPriority(pid: number): boolean {
  if (process.platform !== 'linux') return attempt(() => setPriority(pid, constants.priority.PRIORITY_LOW))
  const threads = attempt(() => {
    for (const thread of readdirSync(`/proc/${String(pid)}/task`))
      setPriority(Number(thread), constants.priority.PRIORITY_LOW)
  })
  // Absent on kernels without autogroup: then there is nothing to lower.
  attempt(() => writeFileSync(`/proc/${String(pid)}/autogroup`, String(constants.priority.PRIORITY_LOW)))
  return threads
}

function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    // A thread that just ended, a system that forbids it: a courtesy that fails is no reason not to compute.
    return false
  }
}
