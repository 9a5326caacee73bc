import type { SwarmConnection } from 'hyperswarm'
import { encodeGrantsAnswer, parseGrantsRequest } from '../../../contracts/wire/grants.ts'
import { parseGiveBack } from '../../../contracts/wire/give-back.ts'
import { encodeHelloAnswer, parseHello } from '../../../contracts/wire/hello.ts'
import { encodeLeaseAnswer, parseLeaseRequest } from '../../../contracts/wire/lease.ts'
import { encodeSubmitAnswer, parseResults, parseSubmit } from '../../../contracts/wire/submit.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, type DonorKey, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log, PublisherHandlers, RemoteDonor, Timers } from '../../ports.ts'
import { isLoopback } from './dht.ts'
import { DONOR, guardConnection } from './guard.ts'
import { offerCores } from './offer-cores.ts'
import type { HyperPublisherCores } from './publisher-cores.ts'
import { answerCalls, notify, openRpc, type Notice, type RequestLoad } from './rpc.ts'
import type { SignatureChecks } from './signature-checks.ts'
import { helloHolds } from './signatures.ts'

/** One connection of a donor to the publisher. It may read cores at once, and do nothing else before `hello`. */
export interface PublisherSession {
  /** Undefined until `hello` was accepted. */
  readonly donor: RemoteDonor | undefined
  notify(notice: Notice): void
}

export interface PublisherSessionInit {
  readonly connection: SwarmConnection
  readonly cores: HyperPublisherCores
  readonly handlers: PublisherHandlers
  /** Shared by all sessions. */
  readonly load: RequestLoad
  /** Shared by all sessions, too. */
  readonly signatures: SignatureChecks
  readonly timers: Timers
  readonly log: Log
  onHello(): void
}

export function openPublisherSession(init: PublisherSessionInit): PublisherSession {
  const { connection, cores, handlers, load, signatures, timers, log } = init
  const { projectKey } = cores
  const deviceKey = bytesToHex(connection.remotePublicKey) as Hex32
  let donor: RemoteDonor | undefined

  const proven = (): RemoteDonor => {
    if (!donor) throw new PowerswarmError('bad-record', 'Say hello first')
    return donor
  }

  const guard = guardConnection({ connection, trusted: DONOR, timers, log })
  offerCores(connection, (discoveryKey) => cores.offered(discoveryKey))
  const rpc = openRpc(connection)
  answerCalls({
    rpc,
    load,
    log,
    onAnswered: (request) => {
      guard.expect(request.byteLength)
    },
    handlers: {
      hello(bytes) {
        if (donor) throw new PowerswarmError('bad-record', 'Hello was already said')
        const candidate = proveDonor(bytes, {
          projectKey,
          handshakeHash: connection.handshakeHash,
          deviceKey,
        })
        const { remoteHost } = connection.rawStream
        const address = remoteHost === null || isLoopback(remoteHost) ? {} : { address: remoteHost }
        const met = { ...candidate, ...address }
        const answer = handlers.hello(met)
        donor = met
        guard.trust()
        init.onHello()
        return encodeHelloAnswer(answer)
      },
      lease: async (bytes) => encodeLeaseAnswer(await handlers.lease(proven(), parseLeaseRequest(bytes))),
      async 'give-back'(bytes) {
        await handlers.giveBack(proven(), parseGiveBack(bytes))
        return new Uint8Array()
      },
      async submit(bytes) {
        const from = proven()
        const { results, signature } = parseSubmit(bytes)
        if (!(await signatures.submitHolds(projectKey, results, from.donorKey, signature)))
          throw new PowerswarmError('bad-signature', 'The signature does not cover these results')
        return encodeSubmitAnswer(await handlers.submit(from, parseResults(results)))
      },
      grants: (bytes) => encodeGrantsAnswer(handlers.grants(proven(), parseGrantsRequest(bytes))),
    },
  })
  const cancel = timers.after(LIMITS.helloTimeoutMs, () => {
    if (!donor) connection.destroy()
  })
  connection.once('close', cancel)
  return {
    get donor() {
      return donor
    },
    notify: (notice) => notify(rpc, notice),
  }
}

function proveDonor(
  bytes: Uint8Array,
  binding: { readonly projectKey: ProjectKey; readonly handshakeHash: Uint8Array; readonly deviceKey: Hex32 },
): RemoteDonor {
  const hello = parseHello(bytes)
  const donorKey = hello.donorKey as DonorKey
  if (!helloHolds(binding, donorKey, hello.signature))
    throw new PowerswarmError('bad-signature', 'The donor key is not proven by its signature')
  return { donorKey, deviceKey: binding.deviceKey }
}
