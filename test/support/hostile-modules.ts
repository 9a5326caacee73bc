import { BROKEN } from './hostile/broken.ts'
import { CALLS } from './hostile/calls.ts'
import type { HostileModule } from './hostile/hostile-module.ts'
import { LOOPS } from './hostile/loops.ts'
import { MEMORY } from './hostile/memory.ts'
import { SHAPES } from './hostile/shapes.ts'
import { STACKS } from './hostile/stacks.ts'

export { HOSTILE_FUEL, type HostileEnd, type HostileModule } from './hostile/hostile-module.ts'

/** What a donor must be able to take from a project that wishes it ill; each with the end that every host gives it. */
export const HOSTILE_GROUPS: Readonly<Record<string, readonly HostileModule[]>> = {
  'never end': LOOPS,
  'recurse without end': STACKS,
  'want too much memory': MEMORY,
  'abuse the calls of their host': CALLS,
  'ask for too much or are hard to compile': SHAPES,
  'are broken': BROKEN,
}

export const HOSTILE_MODULES: readonly HostileModule[] = Object.values(HOSTILE_GROUPS).flat()
