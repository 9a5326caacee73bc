import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A control group (Linux) whose processes run when nothing else wants the processor. */
export interface IdleGroup {
  /** What was set, for the log: `cpu.idle`, `cpu.weight` or `cpu.shares`. */
  readonly knob: string
  /** Moves a process in; false when the system does not allow it. */
  add(pid: number): boolean
  /** Removes the group; its processes must be gone. */
  close(): void
}

const CGROUP_DIR = '/sys/fs/cgroup'

/** The lowest values of each knob; `cpu.idle` (Linux 5.15) leaves the group only what nobody wants. */
const KNOBS = [
  ['cpu.idle', '1'],
  ['cpu.weight', '1'],
  ['cpu.shares', '2'],
] as const

/** Slots of several donors may share it, and one that a dead donor left is taken over. */
const GROUP_NAME = 'powerswarm-slots'

/** Makes a group for this process's slots where one may be made, or returns undefined. */
export function openIdleGroup(name = GROUP_NAME): IdleGroup | undefined {
  if (process.platform !== 'linux') return undefined
  const uid = process.getuid?.() ?? 0
  for (const place of groupPlaces(readText('/proc/self/cgroup'), uid)) {
    if (place.mustBeOurs && ownerOf(place.dir) !== uid) continue
    const group = makeGroup(join(place.dir, name))
    if (group !== undefined) return group
  }
  return undefined
}

export interface GroupPlace {
  /** Where a group may be made. */
  readonly dir: string
  readonly mustBeOurs: boolean
}

/**
 * Where to try, the best first. Root stays inside its own group, where an administrator may have limited it. A user is
 * given a tree by the system (`user@UID.service`), and the higher in it the slots are, the more of the user's own
 * programs they give way to.
 * @param membership contents of /proc/self/cgroup
 */
export function groupPlaces(membership: string, uid: number): GroupPlace[] {
  return membership.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    if (controllers === '')
      return uid === 0
        ? [{ dir: join(CGROUP_DIR, path), mustBeOurs: false }]
        : ancestors(path).map((dir) => ({ dir: join(CGROUP_DIR, dir), mustBeOurs: true }))
    if (!controllers.split(',').includes('cpu')) return []
    return [{ dir: join(CGROUP_DIR, 'cpu', path), mustBeOurs: uid !== 0 }]
  })
}

/** All folders above a path, the topmost first. */
function ancestors(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [...ancestors(above), above]
}

function makeGroup(dir: string): IdleGroup | undefined {
  const knob = makeIdle(dir)
  if (knob === undefined) return undefined
  return {
    knob,
    add: (pid) => {
      // Another donor may have removed it as empty meanwhile.
      if (makeIdle(dir) === undefined) return false
      try {
        writeFileSync(join(dir, 'cgroup.procs'), String(pid))
        return true
      } catch {
        // Leaving the group that it started in may be forbidden although making this one was not.
        return false
      }
    },
    close: () => remove(dir),
  }
}

/** Returns the knob that was set, or undefined when there can be no idle group here. */
function makeIdle(dir: string): string | undefined {
  try {
    makeDir(dir)
    const knob = KNOBS.find(([name]) => existsSync(join(dir, name)))
    if (knob === undefined) {
      // No processor controller in this tree.
      remove(dir)
      return undefined
    }
    const [file, value] = knob
    writeFileSync(join(dir, file), value)
    return file
  } catch {
    // Not permitted, or no control groups at all: the caller has other ways.
    return undefined
  }
}

/** Not by Node's recursive call: it never ends in a /sys without control groups, as `ip netns exec` makes one. */
function makeDir(dir: string): void {
  try {
    mkdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function remove(dir: string): void {
  try {
    rmdirSync(dir)
  } catch {
    // Still in use by another donor, or by a process that is ending; the next start takes it over.
  }
}

function ownerOf(dir: string): number | undefined {
  try {
    return statSync(dir).uid
  } catch {
    // Not there: not ours.
    return undefined
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A system without /proc has no groups that we know of.
    return ''
  }
}
