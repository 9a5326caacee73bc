import type { Outcome } from '../domain/outcome.ts'
import type { ProjectState } from '../domain/project-state.ts'
import type { Preferences } from '../domain/preferences.ts'
import type { Status } from '../domain/status.ts'
import type { Fuel, UnixMs } from '../domain/units.ts'

/** Everything a view shows about the donor, finished by the engine: views derive nothing about what it does. */
export interface DonorState {
  readonly status: Status
  /** The one sentence for window, tooltip and log. */
  readonly sentence: string
  readonly pausedByDonor: boolean
  readonly slots: readonly SlotView[]
  readonly credit: CreditView
  readonly traffic: TrafficView
  readonly projects: readonly ProjectView[]
  /** Newest first, at most 20. */
  readonly results: readonly ResultView[]
  readonly preferences: Preferences
  readonly isolation: IsolationView
}

/** The part that the shell shows and acts on while no window is open. */
export type DonorSummary = Pick<DonorState, 'status' | 'sentence' | 'pausedByDonor' | 'preferences'>

/** A unit in a slot right now. */
export interface SlotView {
  readonly slot: number
  readonly projectKey: string
  readonly projectName: string
  readonly appName: string
  /** `"3.17"`. */
  readonly unit: string
  readonly args: readonly string[]
  readonly phase: 'preparing' | 'running' | 'paused'
  /** 0..1 as the app reports it; absent when unknown. */
  readonly fraction?: number
  readonly fuel: Fuel
  /** Time computing, without pauses. */
  readonly elapsedMs: number
}

/** Bytes over the network today, by this machine's calendar. */
export interface TrafficView {
  readonly receivedBytes: number
  readonly sentBytes: number
}

export interface CreditView {
  /** Granted on ledgers and checked here. */
  readonly counted: Fuel
  /** Of results that are computed or sent and not yet granted or otherwise decided. */
  readonly pending: Fuel
  readonly unitsVerified: number
  readonly unitsPending: number
}

export interface ProjectView {
  readonly projectKey: string
  readonly name: string
  readonly purpose: string
  readonly connection: 'connected' | 'offline'
  readonly state: ProjectState
  /** The one sentence about {@link state}. */
  readonly sentence: string
  /** Addresses of the network that it names in place of the public one, `host:port`; absent on the public one. */
  readonly network?: readonly string[]
  /** A message for the person when the project cannot be used, for instance because its protocol is newer. */
  readonly trouble?: string
  /** Its publisher closed it: there is no more work, and nothing is wrong. */
  readonly closed?: true
  readonly counted: Fuel
  readonly pending: Fuel
  /** Units leased and not yet computed. */
  readonly leased: number
  /** Links to others by the swarm's topic. */
  readonly meshPeers: number
  /**
   * Proven contradictions in what the publisher signed, absent when there are none. The proofs themselves can be had by
   * `evidence` of contracts/engine.
   */
  readonly signedTwice?: readonly SignedTwiceView[]
  /** What the swarm found, newest first, at most 20; absent where the project publishes nothing. */
  readonly found?: readonly FoundView[]
}

/** A verified result of any donor, published by the project. */
export interface FoundView {
  /** `"3.17"`. */
  readonly unit: string
  /** Empty while the batch is unknown. */
  readonly args: readonly string[]
  /** The start of what the unit printed. */
  readonly summary: string
}

/** Two signed stories of one core. */
export interface SignedTwiceView {
  /** "ledger 0", "the project’s own feed". */
  readonly about: string
  readonly foundAt: UnixMs
}

export interface ResultView {
  readonly projectKey: string
  readonly projectName: string
  readonly appName: string
  readonly unit: string
  readonly args: readonly string[]
  readonly outcome: Outcome
  readonly fuel: Fuel
  readonly state: ResultState
  readonly finishedAt: UnixMs
  /** Start of the output as text, control characters removed, at most 200 characters. */
  readonly summary: string
}

/**
 * computed → sent → pending → verified | rejected | uncounted. `pending`: the publisher has it and waits for another
 * donor. `uncounted`: the unit ended without a decision, nobody is to blame.
 */
export type ResultState = 'computed' | 'sent' | 'pending' | 'verified' | 'rejected' | 'uncounted'

export interface IsolationView {
  readonly sandboxed: boolean
  /** One line: what keeps units in. */
  readonly note: string
  /** Only the built-in demo may be computed, and why; absent when everything may. */
  readonly restriction?: string
}
