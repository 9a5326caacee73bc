import { readFileSync } from 'node:fs'

/**
 * A process that can be told from a later one with the same number. `startedAt` is an opaque word that differs
 * between the two; empty where the system offers none (then the number alone decides).
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly startedAt: string
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startedAt(process.pid) ?? '' }
}

/** Whether exactly this process still runs. One that was killed and waits to be collected does not. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (!Number.isSafeInteger(identity.pid) || identity.pid <= 0) return false
  if (process.platform === 'linux') {
    const started = startedAt(identity.pid)
    if (started === undefined) return false
    return identity.startedAt === '' || identity.startedAt === started
  }
  return exists(identity.pid)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Linux: boot id and start time in clock ticks since that boot (field 22 of /proc/<pid>/stat, proc(5)); undefined when
 * there is no such process. Elsewhere the empty word.
 */
function startedAt(pid: number): string | undefined {
  if (process.platform !== 'linux') return ''
  let stat: string
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
  // The second field is the program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return undefined
  return `${bootId()}:${fields[19] ?? ''}`
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    // Some containers hide it; the start time alone still tells most pairs apart.
    return ''
  }
}
