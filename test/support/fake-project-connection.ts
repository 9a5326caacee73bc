import type {
  GrantNotice,
  LeaseRequest,
  SubmitAnswer,
  SubmittedResult,
} from '../../src-main/contracts/wire/messages.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { hex32, type ProjectKey, type UnitId } from '../../src-main/domain/ids.ts'
import type { FoundResult, LedgerRecord, ProjectRecord } from '../../src-main/domain/project.ts'
import { NO_INPUTS } from '../../src-main/domain/unit-inputs.ts'
import type { ConnectionState, Digests, ProjectConnection } from '../../src-main/engine/ports.ts'

/** A publisher in memory behind the donor's port: hands out units in order and grants what the test grants. */
export interface FakeConnection extends ProjectConnection {
  found: readonly FoundResult[]
  readonly submitted: SubmittedResult[]
  readonly leaseRequests: LeaseRequest[]
  /** In the order in which they were given back. */
  readonly givenBack: UnitId[]
  readonly moduleRequests: number
  setState(state: ConnectionState): void
  /** From now on every call, or every hello, is refused; or no more. */
  ban(how: 'calls' | 'hello' | 'not'): void
  /** Calls that were refused. */
  readonly refused: number
  say(record: ProjectRecord): void
  /** Puts a record on the ledger and tells the donor. `change` forges it. */
  grant(units: readonly UnitId[], fuel: bigint, change?: Partial<LedgerRecord>): void
  reject(unit: UnitId): void
  /** The publisher has these units too, and tells all donors that it has new work. */
  addWork(units: readonly UnitId[]): void
  /** Says that there may be a grant. */
  grantedAgain(): void
  /** A peer shows another signed story; the evidence is what the test says. */
  showFork(evidence: Uint8Array): void
  /** The publisher announces a later ledger that repeats the last one, with `change` in its last record. */
  renewLedger(epoch: number, change?: Partial<LedgerRecord>): void
  /** The unit ends without a decision. */
  endUncounted(unit: UnitId): void
}

export interface FakeConnectionInit {
  readonly projectKey: ProjectKey
  readonly donorKey: string
  readonly units: readonly UnitId[]
  readonly digests: Digests
  readonly expiresAt: number
}

export function fakeConnection(init: FakeConnectionInit): FakeConnection {
  const listeners = {
    change: new Set<() => void>(),
    work: new Set<() => void>(),
    granted: new Set<() => void>(),
  }
  const forkListeners = new Set<(evidence: Uint8Array) => void>()
  let epoch = 0
  const recordListeners = new Set<(record: ProjectRecord) => void>()
  const records: ProjectRecord[] = []
  const ledger: LedgerRecord[] = []
  const notices: GrantNotice[] = []
  const free = [...init.units]
  let rejected: UnitId[] = []
  let uncounted: UnitId[] = []
  let moduleRequests = 0
  let state: ConnectionState = 'connected'
  let banned: 'calls' | 'hello' | 'not' = 'not'
  let refused = 0

  const online = (): void => {
    if (state !== 'connected') throw new PowerswarmError('not-connected', 'offline')
    if (banned === 'not') return
    refused++
    throw new PowerswarmError('banned', 'no more of you')
  }
  const on = (set: Set<() => void>) => (listener: () => void) => {
    set.add(listener)
    return () => set.delete(listener)
  }
  const connection: FakeConnection = {
    projectKey: init.projectKey,
    submitted: [],
    leaseRequests: [],
    givenBack: [],
    get moduleRequests() {
      return moduleRequests
    },
    get state() {
      return state
    },
    meshPeers: 0,
    found: [],
    trouble: undefined,
    get troubleCode() {
      return banned === 'hello' ? 'banned' : undefined
    },
    get refused() {
      return refused
    },
    onChange: on(listeners.change),
    onWork: on(listeners.work),
    onGranted: on(listeners.granted),
    onRecord: (listener) => {
      recordListeners.add(listener)
      for (const record of records) listener(record)
      return () => recordListeners.delete(listener)
    },
    onFork: (listener) => {
      forkListeners.add(listener)
      return () => forkListeners.delete(listener)
    },
    addWork: (units) => {
      free.push(...units)
      for (const listener of listeners.work) listener()
    },
    grantedAgain: () => {
      for (const listener of listeners.granted) listener()
    },
    showFork: (evidence) => {
      for (const listener of forkListeners) listener(evidence)
    },
    renewLedger: (next, change = {}) => {
      epoch = next
      const last = ledger.pop()
      if (last) ledger.push({ ...last, ...change })
      connection.say({ type: 'core', role: 'ledger', epoch, key: hex32('1e'.repeat(32)) })
    },
    lease: async (request) => {
      online()
      connection.leaseRequests.push(request)
      return { units: free.splice(0, request.units), expiresAt: init.expiresAt, retryAfterMs: 1000 }
    },
    giveBack: async ({ units }) => {
      online()
      connection.givenBack.push(...units)
    },
    submit: async (results): Promise<SubmitAnswer> => {
      online()
      connection.submitted.push(...results)
      return { standings: results.map(() => 'pending') }
    },
    grants: async ({ fromSequence }) => {
      online()
      const told = { rejected, uncounted }
      rejected = []
      uncounted = []
      return {
        grants: notices.filter(({ sequence }) => sequence >= fromSequence),
        more: false,
        ...told,
      }
    },
    ledgerRecord: async (_epoch, index) => ledger[index]!,
    module: async () => {
      online()
      moduleRequests++
      return new Uint8Array([1])
    },
    inputs: async () => Promise.resolve(NO_INPUTS),
    leave: async () => undefined,
    ban: (how) => {
      banned = how
      connection.setState(how === 'hello' ? 'offline' : 'connected')
    },
    setState: (next) => {
      state = next
      for (const listener of listeners.change) listener()
    },
    say: (record) => {
      records.push(record)
      for (const listener of recordListeners) listener(record)
    },
    grant: (units, fuel, change = {}) => {
      const sequence = ledger.length
      const before = ledger.at(-1)?.cumulativeFuel ?? 0n
      ledger.push({
        sequence,
        donorKey: hex32(init.donorKey),
        at: 0,
        units: units.length,
        fuel,
        cumulativeFuel: before + fuel,
        unitsRoot: init.digests.unitsRoot(units),
        ...change,
      })
      notices.push({ sequence, epoch, index: sequence, units })
      for (const listener of listeners.granted) listener()
    },
    reject: (unit) => {
      rejected.push(unit)
      for (const listener of listeners.granted) listener()
    },
    endUncounted: (unit) => {
      uncounted.push(unit)
      for (const listener of listeners.granted) listener()
    },
  }
  return connection
}
