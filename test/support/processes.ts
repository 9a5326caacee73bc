import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of all descendants (Linux). */
export function childrenOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name))
  const found: number[] = []
  const visit = (parent: number): void => {
    for (const [child, itsParent] of parents)
      if (itsParent === parent) {
        found.push(child)
        visit(child)
      }
  }
  visit(pid)
  return found
}

/** The kernel counts processor time in hundredths of a second. */
const TICK_MS = 10

/** Processor time that all threads of a process have used, in milliseconds, to 10 ms (Linux); 0 when it is gone. */
export function cpuMs(pid: number): number {
  const fields = statOf(String(pid))
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS
}

/** Processor time of a process's children that have ended, in milliseconds, to 10 ms (Linux). */
export function endedChildrenCpuMs(pid: number): number {
  const fields = statOf(String(pid))
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS
}

/** The kernel's number for how a thread is scheduled (Linux): 0 normal, 5 idle. */
export function schedulerOf(thread: number): string | undefined {
  return statOf(String(thread))[38]
}

function parentOf(pid: string): number {
  return Number(statOf(pid)[1] ?? 0)
}

/** What /proc says of a process from its state on; empty when it is gone. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // pid (name) state parent: the name may hold blanks and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    // It ended while it was looked at.
    return []
  }
}
