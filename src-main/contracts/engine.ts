import * as v from 'valibot'
import type { Hex32 } from '../domain/ids.ts'
import { LIMITS } from '../domain/limits.ts'
import { COUNTED_OUTCOMES } from '../domain/outcome.ts'
import { parsePreferences, type Preferences } from '../domain/preferences.ts'
import type { Presence } from '../domain/presence.ts'
import type { DonorState } from './donor-state.ts'
import type { DonorPage, PublisherStatus, ResultPage } from './publisher-state.ts'
import { call, notice, nothing } from './rpc.ts'
import type { PermissionSheet } from './slot.ts'
import { argumentsValue, bytesValue, fuelValue, hex32Value, linkValue, wholeNumber } from './values.ts'

/** Served by an engine to Electron main (over its process port) and to the CLI (over the socket in the data folder). */

const presenceValue: v.GenericSchema<unknown, Presence> = v.variant('kind', [
  v.object({ kind: v.literal('idle'), forMs: v.pipe(v.number(), v.minValue(0)), source: v.string() }),
  v.object({ kind: v.literal('unknown'), source: v.string() }),
  v.object({ kind: v.literal('unattended') }),
])
const preferencesValue: v.GenericSchema<unknown, Partial<Preferences>> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parsePreferences(dataset.value)
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) })
      return NEVER
    }
  }),
)

/** What `powerswarm status` prints of a donor. */
export interface EngineInfo {
  readonly role: 'donor' | 'publisher'
  readonly pid: number
  readonly version: string
  readonly home: string
}

export const donorEngineSchema = {
  info: call<void, EngineInfo>(nothing),
  state: call<void, DonorState>(nothing),
  /** Reported by main at least once a second while paused, at once on any input, never while nothing changed otherwise. */
  reportPresence: call<Presence, void>(presenceValue),
  /** The machine is about to sleep (true) or awake again (false). Answers when everything is on disk. */
  suspend: call<{ suspended: boolean }, void>(v.object({ suspended: v.boolean() })),
  setPausedByDonor: call<{ paused: boolean }, void>(v.object({ paused: v.boolean() })),
  setPreferences: call<Partial<Preferences>, Preferences>(preferencesValue),
  /** Joins by link; joining twice is fine. Rejects with `bad-link`. */
  joinProject: call<{ link: string }, { projectKey: Hex32 }>(v.object({ link: linkValue })),
  /** Leases and results that were not sent are gone, credit stays. Rejects with `not-found`. */
  leaveProject: call<{ projectKey: string }, void>(v.object({ projectKey: v.string() })),
  /**
   * The receipt of all credit that project granted this donor, as a file (contracts/wire). Needs no publisher. Rejects
   * with `not-found` while none was granted.
   */
  receipt: call<{ projectKey: string }, Uint8Array>(v.object({ projectKey: hex32Value() })),
  /** Evidence, as files, that the project's publisher signed two stories; checked, oldest first. */
  evidence: call<{ projectKey: string }, readonly Uint8Array[]>(v.object({ projectKey: hex32Value() })),
  /**
   * Whether a window shows the state: `true` is answered by a `changed` at once. Main's alone; on the socket it changes
   * nothing, whoever is connected there is told everything.
   */
  watch: call<{ watching: boolean }, void>(v.object({ watching: v.boolean() })),
  /** Brings the running app's window to the front; the engine passes it on to its host. */
  showWindow: call<void, void>(nothing),
  /** Stops slots, closes stores, answers, then the process ends. */
  shutdown: call<void, void>(nothing),
  /**
   * The whole state, on every change, at most every 100 ms. To main only changes of the summary while it does not
   * watch.
   */
  changed: notice<DonorState>(v.custom<DonorState>((raw) => typeof raw === 'object' && raw !== null)),
  /** Somebody asked by the socket to see the window. */
  windowRequested: notice<Record<string, never>>(v.strictObject({})),
}
export type DonorEngineSchema = typeof donorEngineSchema

export type KnownAnswer = v.InferOutput<typeof knownAnswerValue>

export interface AddedApp {
  readonly app: number
  readonly name: string
  readonly moduleHash: Hex32
  readonly rewrittenHash: Hex32
  /** Its units can be saved half-way. */
  readonly checkpoint: boolean
  readonly permissions: PermissionSheet
}

const addAppValue = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.appNameChars)),
  original: bytesValue(LIMITS.moduleBytes),
  memoryLimitBytes: v.pipe(wholeNumber, v.minValue(65_536), v.maxValue(LIMITS.memoryBytes)),
  /** Rewrite the module so that units can be saved half-way; absent: not. */
  checkpoint: v.exactOptional(v.boolean()),
})
const knownAnswerValue = v.object({
  /** The number that the unit stands for. */
  n: wholeNumber,
  outcome: v.picklist(COUNTED_OUTCOMES),
  exitCode: v.pipe(wholeNumber, v.maxValue(255)),
  fuel: fuelValue,
  stdout: bytesValue(LIMITS.outputBytes),
})
const memoryLimitValue = v.pipe(wholeNumber, v.minValue(65_536), v.maxValue(LIMITS.memoryBytes))
const addBatchValue = v.object({
  /** App by name (the one that `addApp` added last) or number. */
  app: v.string(),
  /** Its version with this limit, which is published where there is none; absent: as it is. */
  memoryLimitBytes: v.exactOptional(memoryLimitValue),
  /** A range of numbers, or else inputs. */
  first: v.exactOptional(wholeNumber),
  count: v.exactOptional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(LIMITS.batchUnits))),
  inputs: v.exactOptional(
    v.object({ kind: v.picklist(['folder', 'lines']), path: v.pipe(v.string(), v.maxLength(4096)) }),
  ),
  args: argumentsValue,
  quorum: v.pipe(wholeNumber, v.minValue(1), v.maxValue(LIMITS.quorumMax)),
  maxFuel: v.pipe(fuelValue, v.minValue(1n), v.maxValue(LIMITS.fuelPerUnit)),
  maxOutputBytes: v.pipe(wholeNumber, v.maxValue(LIMITS.outputBytes)),
  priority: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(-1000), v.maxValue(1000))),
  deadline: v.exactOptional(wholeNumber),
  /** Units at the end of the range that are kept for donors that cannot reach the publisher; absent: none. */
  reserve: v.exactOptional(v.pipe(wholeNumber, v.maxValue(LIMITS.batchUnits))),
  /** Trusts donors as far as this share (0..1) of wrong results allows: domain/max-error.ts. Absent: nobody is trusted. */
  maxError: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))),
  /** Units whose answers the publisher knows: they check whoever gets them, and count as verified from the start. */
  known: v.optional(v.pipe(v.array(knownAnswerValue), v.maxLength(LIMITS.knownAnswers))),
})

/** What a cancellation did to the units that it names, each counted once. */
export interface Cancelled {
  /** Nobody computes them any more. */
  readonly units: number
  /** They had an answer, or ended without one, and keep it. */
  readonly ended: number
  /** They were cancelled before. */
  readonly already: number
}
const cancelValue = v.object({
  batch: v.exactOptional(wholeNumber),
  units: v.exactOptional(
    v.pipe(v.array(v.object({ batch: wholeNumber, index: wholeNumber })), v.maxLength(LIMITS.grantUnits)),
  ),
})

const donorValue = v.object({ donor: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) })
const retryValue = v.object({
  batch: wholeNumber,
  /** Index of one unit; absent: all of the batch that ended without a decision. */
  index: v.optional(wholeNumber),
})

export const publisherEngineSchema = {
  info: call<void, EngineInfo>(nothing),
  status: call<void, PublisherStatus>(nothing),
  addApp: call<v.InferOutput<typeof addAppValue>, AddedApp>(addAppValue),
  addBatch: call<v.InferOutput<typeof addBatchValue>, { batch: number; units: number; app: number }>(
    addBatchValue,
  ),
  /** Takes a batch or units back: nobody computes them any more. Rejects with `not-found`. Again: no effect. */
  cancel: call<v.InferOutput<typeof cancelValue>, Cancelled>(cancelValue),
  /** There will be no more work, for good. */
  closeProject: call<void, void>(nothing),
  /** Verified units after `cursor` (opaque, start with ''), in the order in which they were verified. */
  results: call<{ cursor: string; limit: number }, ResultPage>(
    v.object({ cursor: v.string(), limit: v.pipe(wholeNumber, v.minValue(1), v.maxValue(256)) }),
  ),
  /** Donors in the order in which they came. */
  donors: call<{ cursor: number; limit: number }, DonorPage>(
    v.object({ cursor: wholeNumber, limit: v.pipe(wholeNumber, v.minValue(1), v.maxValue(1024)) }),
  ),
  /** Takes nothing from this donor any more and questions what rests on its word. Twice is fine. */
  ban: call<{ donor: string }, void>(donorValue),
  /** Rejects with `not-found` when it was not banned. */
  unban: call<{ donor: string }, void>(donorValue),
  /** Has units that are inconclusive or suspended computed anew, by donors that have not had them. */
  retry: call<v.InferOutput<typeof retryValue>, { units: number }>(retryValue),
  /**
   * Copies the project as it is now into a folder of this backup folder (an absolute path). Rejects with
   * `file-unreadable`.
   */
  backup: call<{ dir: string }, { dir: string }>(v.object({ dir: v.pipe(v.string(), v.minLength(1)) })),
  /** The receipt of all credit this donor was granted, as a file. Rejects with `not-found` while none was. */
  receipt: call<{ donorKey: Hex32 }, Uint8Array>(v.object({ donorKey: hex32Value() })),
  shutdown: call<void, void>(nothing),
  changed: notice<PublisherStatus>(
    v.custom<PublisherStatus>((raw) => typeof raw === 'object' && raw !== null),
  ),
}
export type PublisherEngineSchema = typeof publisherEngineSchema
