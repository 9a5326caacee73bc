import { readdirSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { canRun } from './can-run.ts'
import { openIdleGroup, type IdleGroup } from './idle-group.ts'

/** How slots give way to everything else on this machine. */
export interface SlotPriority {
  /** Command that runs the one that follows it, as {@link Confinement.wrapper}; it sets what threads inherit. */
  readonly wrapper: readonly string[]
  /** Lowers a slot that has just started. Returns what took effect, for the log. */
  apply(pid: number): PriorityFacts
  close(): void
}

/** What this machine allowed. */
export interface PriorityFacts {
  /** The control group's knob, or `none`. */
  readonly group: string
  /** SCHED_IDLE, which threads inherit from the process that was started with it. */
  readonly scheduler: 'idle' | 'normal'
  readonly nice: boolean
  /** The weight of the slot's own session against other sessions. */
  readonly autogroup: boolean
}

const LOWEST = constants.priority.PRIORITY_LOW
const IDLE_SCHEDULER = ['chrt', '-i', '0'] as const

/** For units that a person waits for. */
export const NORMAL_PRIORITY: SlotPriority = {
  wrapper: [],
  apply: () => ({ group: 'none', scheduler: 'normal', nice: false, autogroup: false }),
  close: () => undefined,
}

/** Finds out, by trying, how far slots can stand back here. */
export async function probePriority(): Promise<SlotPriority> {
  const wrapper = process.platform === 'linux' && (await canRun(IDLE_SCHEDULER)) ? IDLE_SCHEDULER : []
  const group = openIdleGroup()
  return {
    wrapper,
    apply: (pid) => ({
      group: addedTo(group, pid),
      scheduler: wrapper.length > 0 ? 'idle' : 'normal',
      ...lowerPriority(pid),
    }),
    close: () => group?.close(),
  }
}

function addedTo(group: IdleGroup | undefined, pid: number): string {
  return group?.add(pid) === true ? group.knob : 'none'
}

/**
 * Lowers a slot's process. On Linux a priority belongs to a thread and is inherited by the threads it makes, so all
 * that exist are set. `pid` must lead a session of its own: the kernel weighs sessions against each other first
 * (autogroup), and a session shared with the owner's programs must not be lowered.
 */
function lowerPriority(pid: number): { readonly nice: boolean; readonly autogroup: boolean } {
  if (process.platform !== 'linux') return { nice: attempt(() => setPriority(pid, LOWEST)), autogroup: false }
  const nice = attempt(() => {
    for (const thread of readdirSync(`/proc/${String(pid)}/task`)) setPriority(Number(thread), LOWEST)
  })
  const autogroup = attempt(() => writeFileSync(`/proc/${String(pid)}/autogroup`, String(LOWEST)))
  return { nice, autogroup }
}

function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    // A thread that just ended, a kernel without autogroup, a system that forbids it: a courtesy that fails is no
    // reason not to compute.
    return false
  }
}
