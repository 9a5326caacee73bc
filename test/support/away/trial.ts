import { rmSync } from 'node:fs'
import { Player } from '../chaos/cast.ts'
import { passed } from '../chaos/events.ts'
import { commandSwarm } from '../command-swarm.ts'
import { loopingApp } from '../small-apps.ts'
import { waitUntil } from '../wait-until.ts'
import { afterReturn, type AfterReturn } from './after-return.ts'
import { readTimes, type UnitTimes } from './times.ts'

export interface AwayInit {
  readonly donors: number
  readonly thirdMs: number
  /** How long a unit takes: rounds of an empty loop. */
  readonly rounds: number
  /** Units that each donor holds before the first third begins. */
  readonly buffered: number
}
export interface AwayReport extends AfterReturn {
  readonly donors: number
  readonly thirdSeconds: number
  /** Results a second that a quorum can use; the median over tenths of the first third, and the mean without publisher. */
  readonly before: number
  readonly away: number
  /** The fewest units that lay ready at any donor at the publisher's return. */
  readonly buffered: number
}

const UNITS = 20_000
const QUORUM = 2
const TENTH = 10
const SETTLE_MS = 30_000
const READY_MS = 15 * 60_000

/**
 * A run whose publisher is killed for its middle third and comes back: donors of one slot each, as real processes. The
 * batch is longer than the run.
 */
export async function awayTrial({ donors, thirdMs, rounds, buffered }: AwayInit): Promise<AwayReport> {
  const swarm = await commandSwarm({
    units: UNITS,
    exponents: 1,
    quorum: QUORUM,
    module: loopingApp(rounds),
  })
  try {
    const publisher = new Player(swarm, 'publisher')
    const players = Array.from({ length: donors }, (_, i) => new Player(swarm, `donor-${String(i)}`))
    const leased = (player: Player): number => player.donorState?.projects[0]?.leased ?? 0
    await publisher.start()
    await Promise.all(players.map((player) => player.start()))
    await waitUntil('full buffers', () => players.every((player) => leased(player) >= buffered), READY_MS)

    const begunAt = Date.now()
    await passed(thirdMs)
    await publisher.end('SIGKILL')
    const goneAt = Date.now()
    await passed(thirdMs)
    const leastBuffered = Math.min(...players.map(leased))
    await publisher.start()
    const backAt = Date.now()
    await passed(Math.max(thirdMs, SETTLE_MS))
    await Promise.all(players.map((player) => player.end('SIGINT')))
    await publisher.end('SIGINT')

    const times = await readTimes(
      swarm,
      players.map(({ name }) => name),
      UNITS,
    )
    return {
      donors,
      thirdSeconds: thirdMs / 1000,
      before: median(rates(times, begunAt, goneAt, TENTH)),
      away: rates(times, goneAt, backAt, 1)[0] ?? 0,
      buffered: leastBuffered,
      ...afterReturn(times, goneAt, backAt, QUORUM),
    }
  } finally {
    await swarm.close()
    rmSync(swarm.dir, { recursive: true, force: true })
  }
}

/** Useful results a second in each of so many parts of the time: of a unit's results the first that make its quorum. */
function rates(times: readonly UnitTimes[], from: number, to: number, parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0)
  const partMs = (to - from) / parts
  for (const { results } of times) {
    const useful = results.map(({ finishedAt }) => finishedAt).sort((a, b) => a - b)
    for (const at of useful.slice(0, QUORUM)) {
      const part = Math.floor((at - from) / partMs)
      if (part >= 0 && part < parts) counts[part] = (counts[part] ?? 0) + 1
    }
  }
  return counts.map((count) => (1000 * count) / partMs)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
