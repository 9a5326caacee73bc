import * as v from 'valibot'
import { LIMITS } from '../domain/limits.ts'
import { notice } from './rpc.ts'
import { slotSchema, type Beat } from './slot.ts'
import { bytesValue, wholeNumber } from './values.ts'

/**
 * Between a slot's main thread and its runner thread (served by the runner). While a unit runs, the runner answers
 * nothing and is steered through shared memory (slot/program/control.ts).
 */
export interface PhaseChange {
  readonly phase: Beat['phase']
  /** The control word that the runner obeys; odd: pause. */
  readonly command: number
}
const phaseChangeValue: v.GenericSchema<unknown, PhaseChange> = v.object({
  phase: v.picklist(['preparing', 'running', 'paused']),
  command: wholeNumber,
})

/** Answers request number `request` of the shared memory; absent bytes: none could be made. */
export interface SnapshotAnswer {
  readonly request: number
  readonly bytes?: Uint8Array
}
const snapshotAnswerValue: v.GenericSchema<unknown, SnapshotAnswer> = v.object({
  request: wholeNumber,
  bytes: v.exactOptional(bytesValue(LIMITS.snapshotBytes)),
})

export const slotRunnerSchema = {
  load: slotSchema.load,
  run: slotSchema.run,
  /** Sent before the thread blocks, so that "paused" means that it computes nothing from here on. */
  phase: notice<PhaseChange>(phaseChangeValue),
  snapshot: notice<SnapshotAnswer>(snapshotAnswerValue),
}
export type SlotRunnerSchema = typeof slotRunnerSchema
