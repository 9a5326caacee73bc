import type { SwarmConnection } from 'hyperswarm'
import { PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log, Timers } from '../../ports.ts'
import { guardConnection, UNPROVEN } from './guard.ts'
import { answerCalls, openRpc, type RequestLoad } from './rpc.ts'

export interface TurnAwayInit {
  readonly connection: SwarmConnection
  readonly timers: Timers
  readonly load: RequestLoad
  readonly log: Log
}

/**
 * Answers whatever a donor asks with `busy` and closes the connection soon. An honest donor closes it first and comes
 * back later; refusing the connection instead would make hyperswarm ban the donor's key for as long as we run.
 */
export function turnAway({ connection, load, timers, log }: TurnAwayInit): void {
  const busy = (): never => {
    throw new PowerswarmError('busy', 'The project has no room for another donor now; trying again later')
  }
  guardConnection({ connection, trusted: UNPROVEN, timers, log })
  const handlers = { hello: busy, lease: busy, submit: busy, grants: busy }
  answerCalls({ rpc: openRpc(connection), handlers, load, log })
  const cancel = timers.after(LIMITS.turnedAwayMs, () => {
    connection.destroy()
  })
  connection.once('close', cancel)
}
