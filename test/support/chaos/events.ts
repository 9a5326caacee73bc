import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Choice } from '../random-module/choice.ts'
import type { Player } from './cast.ts'

/**
 * What happens to the swarm:
 * - `kill`: SIGKILL, and a start some time later
 * - `freeze`: SIGSTOP for up to twice the time after which its peers give it up, with calls under way: a partition
 * - `restart`: an orderly end and a start
 * - `slow-disk`: somebody else writes and flushes without a break
 */
export type Event = 'kill' | 'freeze' | 'restart' | 'slow-disk'

const EVENTS: readonly Event[] = ['kill', 'kill', 'kill', 'kill', 'freeze', 'freeze', 'restart', 'slow-disk']
const AWAY_MS_MAX = 4_000
const FROZEN_MS_MAX = 12_000
const SLOW_DISK_MS = 5_000

export interface Plan {
  readonly event: Event
  readonly ms: number
  /** Time until the event after this one. */
  readonly pauseMs: number
  /** The publisher has its share of everything, and one of several donors the rest. */
  readonly atPublisher: boolean
  readonly donor: number
}

/** The events of a round: the same for the same seed. */
export function planOf(choice: Choice, events: number, donors: number): readonly Plan[] {
  return Array.from({ length: events }, () => {
    const event = EVENTS[choice.below(EVENTS.length)] ?? 'kill'
    const longest = event === 'freeze' ? FROZEN_MS_MAX : AWAY_MS_MAX
    return {
      event,
      ms: event === 'slow-disk' ? SLOW_DISK_MS : choice.below(longest),
      pauseMs: 200 + choice.below(2_000),
      atPublisher: choice.below(4) === 0,
      donor: choice.below(donors),
    }
  })
}

/** Does it and mends it; resolves when the player is back. */
export async function carryOut({ event, ms }: Plan, player: Player, dir: string): Promise<void> {
  switch (event) {
    case 'kill':
      await player.end('SIGKILL')
      await passed(ms)
      return player.start()
    case 'restart':
      await player.end('SIGINT')
      await passed(ms)
      return player.start()
    case 'freeze':
      player.signal('SIGSTOP')
      await passed(ms)
      player.signal('SIGCONT')
      return
    case 'slow-disk':
      return strainDisk(dir, ms)
  }
}

export const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Keeps the disk that this folder lies on busy with writes that are flushed at once. */
async function strainDisk(dir: string, ms: number): Promise<void> {
  const program = `
    const fs = require('node:fs')
    const bytes = Buffer.alloc(2 ** 20, 1)
    const fd = fs.openSync(process.argv[1] + '/strain', 'w')
    for (const end = Date.now() + ${String(ms)}; Date.now() < end; ) {
      fs.writeSync(fd, bytes, 0, bytes.length, 0)
      fs.fsyncSync(fd)
    }`
  await once(spawn(process.execPath, ['-e', program, dir], { stdio: 'ignore' }), 'close')
}
