import { rmSync } from 'node:fs'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { donorPaths, makePrivateDir } from '../../../src-main/engine/data-folder.ts'
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
  /** Donors keep next to nothing at hand, and the batch has a reserve: it has to carry the middle third. */
  readonly fromReserve?: boolean
}
export interface AwayReport extends AfterReturn {
  readonly donors: number
  readonly thirdSeconds: number
  /**
   * Distinct units a second of which a first result was computed: the median over tenths of the first third, and the mean
   * without publisher. From the reserve it counts from when donors may begin with it.
   */
  readonly before: number
  readonly away: number
  /** The fewest units that lay ready at any donor at the publisher's return. */
  readonly buffered: number
  readonly fromReserve: boolean
}

const UNITS = 20_000
const RESERVE = UNITS / 2
const QUORUM = 2
const TENTH = 10
const SETTLE_MS = 30_000
const READY_MS = 15 * 60_000

/**
 * A run whose publisher is killed for its middle third and comes back: donors of one slot each, as real processes. The
 * batch is longer than the run.
 */
export async function awayTrial(init: AwayInit): Promise<AwayReport> {
  const { donors, thirdMs, rounds, buffered, fromReserve = false } = init
  const swarm = await commandSwarm({
    units: UNITS,
    exponents: 1,
    quorum: QUORUM,
    module: loopingApp(rounds),
    ...(fromReserve && { batch: ['--reserve', String(RESERVE)] }),
  })
  try {
    const publisher = new Player(swarm, 'publisher')
    const players = Array.from({ length: donors }, (_, i) => new Player(swarm, `donor-${String(i)}`))
    const leased = (player: Player): number => player.donorState?.projects[0]?.leased ?? 0
    if (fromReserve) for (const { name } of players) keepLittle(swarm.home(name))
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
      away: rates(times, fromReserve ? goneAt + LIMITS.reserveAfterMs : goneAt, backAt, 1)[0] ?? 0,
      buffered: leastBuffered,
      fromReserve,
      ...afterReturn(times, goneAt, backAt, QUORUM),
    }
  } finally {
    await swarm.close()
    rmSync(swarm.dir, { recursive: true, force: true })
  }
}

/** A donor in this home has no more work at hand than its slot needs to go on. */
function keepLittle(home: string): void {
  const { dir, databasePath } = donorPaths(home)
  makePrivateDir(dir)
  const store = openDonorStore(databasePath, { log: () => undefined })
  store.savePreferences({ ...store.preferences(), workBufferHours: 0 })
  store.close()
}

/** First results of units a second in each of so many parts of the time: a second one says nothing that is new. */
function rates(times: readonly UnitTimes[], from: number, to: number, parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0)
  const partMs = (to - from) / parts
  for (const { results } of times) {
    const first = Math.min(...results.map(({ finishedAt }) => finishedAt))
    const part = Math.floor((first - from) / partMs)
    if (part >= 0 && part < parts) counts[part] = (counts[part] ?? 0) + 1
  }
  return counts.map((count) => (1000 * count) / partMs)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
