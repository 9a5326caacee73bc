import type { SwarmConnection } from 'hyperswarm'
import { WIRE_VERSION } from '../../../contracts/wire/codec.ts'
import { encodeGiveBack } from '../../../contracts/wire/give-back.ts'
import { encodeGrantsRequest, parseGrantsAnswer } from '../../../contracts/wire/grants.ts'
import { encodeHello, parseHelloAnswer } from '../../../contracts/wire/hello.ts'
import { encodeLeaseRequest, parseLeaseAnswer } from '../../../contracts/wire/lease.ts'
import { encodeResults, encodeSubmit, parseSubmitAnswer } from '../../../contracts/wire/submit.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { KeyPair, ProjectConnection } from '../../ports.ts'
import { donorKeyOf } from './keys.ts'
import { call, onNotice, openRpc } from './rpc.ts'
import { signHello, signSubmit } from './signatures.ts'

/** A publisher that accepted our hello. Calls reject with its code, or `not-connected`. */
export type PublisherLink = Pick<ProjectConnection, 'lease' | 'giveBack' | 'submit' | 'grants'>

export interface PublisherLinkInit {
  readonly connection: SwarmConnection
  readonly projectKey: ProjectKey
  readonly donorKeys: KeyPair
  /** This machine's wall clock. */
  now(): UnixMs
  onWork(): void
  onGranted(): void
}

/** Says hello to the publisher on a fresh connection. Rejects with its code and message, or `not-connected`. */
export async function sayHello(init: PublisherLinkInit): Promise<PublisherLink> {
  const { connection, projectKey, donorKeys } = init
  const { secretKey } = donorKeys
  const rpc = openRpc(connection)
  onNotice(rpc, 'work', () => init.onWork())
  onNotice(rpc, 'granted', () => init.onGranted())
  const deviceKey = bytesToHex(connection.publicKey) as Hex32
  const { handshakeHash } = connection
  const hello = encodeHello({
    version: WIRE_VERSION,
    donorKey: donorKeyOf(donorKeys),
    signature: signHello({ projectKey, handshakeHash, deviceKey }, secretKey),
  })
  const { serverTime } = parseHelloAnswer(await call(rpc, 'hello', hello))
  // Either clock may be wrong: what the publisher calls twelve hours from now is twelve hours from now here, too.
  const aheadMs = serverTime - init.now()
  return {
    async lease(request) {
      const answer = parseLeaseAnswer(await call(rpc, 'lease', encodeLeaseRequest(request)))
      return { ...answer, expiresAt: answer.expiresAt - aheadMs }
    },
    async giveBack(given) {
      await call(rpc, 'give-back', encodeGiveBack(given))
    },
    grants: async (request) => parseGrantsAnswer(await call(rpc, 'grants', encodeGrantsRequest(request))),
    async submit(submitted) {
      const results = encodeResults(submitted)
      const signature = signSubmit(projectKey, results, secretKey)
      const answer = parseSubmitAnswer(await call(rpc, 'submit', encodeSubmit({ results, signature })))
      if (answer.standings.length !== submitted.length)
        throw new PowerswarmError('bad-record', 'The publisher answered for another number of results')
      return answer
    },
  }
}
