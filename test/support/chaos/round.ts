import { commandSwarm, type CommandSwarm } from '../command-swarm.ts'
import { Choice } from '../random-module/choice.ts'
import { waitUntil } from '../wait-until.ts'
import { isIdle, Player } from './cast.ts'
import { carryOut, passed, planOf, type Event } from './events.ts'
import { differences, type Accounts } from './accounts.ts'

export interface RoundInit {
  readonly seed: number
  readonly units: number
  readonly events: number
  readonly donors: number
}
export interface RoundReport extends Accounts {
  readonly seed: number
  readonly units: number
  readonly events: Readonly<Record<Event, number>>
  /** Of those, at the publisher. */
  readonly atPublisher: number
  readonly seconds: number
}

/** Exponents that a unit tests: some milliseconds. */
const EXPONENTS = 12
const ROUND_MS_MAX = 60 * 60_000
const QUIET_MS_MAX = 10 * 60_000

/**
 * A swarm of its own computes a batch while processes of it die, freeze and come back; then the accounts of publisher,
 * ledger and donors are compared. Rejects with the difference; then the swarm's folder stays, and the message names it.
 */
export async function chaosRound({ seed, units, events, donors }: RoundInit): Promise<RoundReport> {
  const startedAt = Date.now()
  const swarm = await commandSwarm({ units, exponents: EXPONENTS })
  try {
    const publisher = new Player(swarm, 'publisher')
    const players = Array.from({ length: donors }, (_, i) => new Player(swarm, `donor-${String(i)}`))
    await publisher.start()
    await Promise.all(players.map((player) => player.start()))
    const plans = planOf(new Choice(seed + 1), events, donors)
    const counts: Record<Event, number> = { kill: 0, freeze: 0, restart: 0, 'slow-disk': 0 }
    let atPublisher = 0
    let verified = 0
    const mended: Promise<void>[] = []
    for (const [i, plan] of plans.entries()) {
      // Spread over the whole batch: each event waits for progress since those before.
      await waitUntil(
        `event ${String(i)} with ${String(verified)} units verified`,
        () => {
          verified = Math.max(verified, publisher.publisherStatus?.batches[0]?.verified ?? 0)
          return verified >= ((i - 3) / events) * units
        },
        ROUND_MS_MAX,
      )
      const player = plan.atPublisher ? publisher : players[plan.donor]
      if (!player) continue
      await waitUntil(`${player.name} to be back`, () => !player.busy, QUIET_MS_MAX)
      player.busy = true
      counts[plan.event]++
      if (player.isPublisher) atPublisher++
      const mending = carryOut(plan, player, swarm.dir).finally(() => {
        player.busy = false
      })
      // Heard of below; until then a failure has nobody to listen.
      mending.catch(() => undefined)
      mended.push(mending)
      await passed(plan.pauseMs)
    }
    await Promise.all(mended)
    await settle(publisher, players, units)
    await stop(players)
    await stop([publisher])
    const names = players.map(({ name }) => name)
    const accounts = await differences(swarm, names, units)
    await swarm.close()
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    return { seed, units, events: counts, atPublisher, seconds, ...accounts }
  } catch (error) {
    await leaveFolder(swarm)
    throw new Error(`${error instanceof Error ? error.message : String(error)} (see ${swarm.dir})`, {
      cause: error,
    })
  }
}

/** Every unit is verified, and no donor has anything left to compute, to send or to be granted. */
async function settle(publisher: Player, donors: readonly Player[], units: number): Promise<void> {
  await waitUntil(
    'the last unit',
    () => publisher.publisherStatus?.batches[0]?.verified === units,
    ROUND_MS_MAX,
  )
  await waitUntil(
    'quiet donors whose credit is what the ledger grants',
    () => {
      const credited = donors.map(({ donorState }) =>
        donorState && isIdle(donorState) ? donorState.credit.unitsVerified : Number.NaN,
      )
      return credited.reduce((sum, each) => sum + each, 0) === publisher.publisherStatus?.ledger.grants
    },
    QUIET_MS_MAX,
  )
}

async function stop(players: readonly Player[]): Promise<void> {
  await Promise.all(players.map((player) => player.end('SIGINT')))
}

async function leaveFolder(swarm: CommandSwarm): Promise<void> {
  await swarm.stop('SIGKILL')
}
