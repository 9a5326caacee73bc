import { errorCode } from '../../../domain/errors.ts'
import { unitText, type UnitId } from '../../../domain/ids.ts'
import { MIB } from '../../../domain/units.ts'
import type { Batch } from '../../../domain/project.ts'
import { inputBytes, type UnitInputs } from '../../../domain/unit-inputs.ts'
import type { Log, ProjectConnection, Timers } from '../../ports.ts'

/** A unit whose inputs are needed, and its batch. */
export interface InputNeed {
  readonly unit: UnitId
  readonly batch: Batch
}

/**
 * Inputs of a unit: being fetched, at hand (in memory where they are small, else on disk), or not to be had for now.
 *
 *   (none) ──▶ fetching ──▶ ready ──▶ (taken)
 *                 └──▶ resting ──▶ (none)
 */
type State =
  | { readonly kind: 'fetching' }
  | { readonly kind: 'ready'; readonly inputs: UnitInputs | undefined }
  | { readonly kind: 'resting'; readonly cancel: () => void }

/** Fetches at a time, for units that lie first in the buffer. */
const FETCHES = 2
const KEPT_BYTES = 1 * MIB
const REST_MS = 5_000

export interface InputBufferInit {
  readonly connection: Pick<ProjectConnection, 'inputs'>
  readonly timers: Timers
  readonly log: Log
  /** Inputs came, or may be asked for again. */
  changed(): void
}

/** Has the inputs of the units that come next at hand before a slot takes them, so that no slot waits for the network. */
export class InputBuffer {
  private readonly init: InputBufferInit
  private readonly states = new Map<string, State>()
  private fetching = 0
  private closed = false

  constructor(init: InputBufferInit) {
    this.init = init
  }

  /**
   * Begins to fetch for these units, in order, until `ahead` of them are at hand or on their way. What belongs to none
   * of them is forgotten.
   */
  prepare(needs: readonly InputNeed[], ahead: number): void {
    const wanted = new Set(needs.map(({ unit }) => unitText(unit)))
    for (const [name, state] of this.states)
      if (!wanted.has(name) && state.kind === 'ready') this.states.delete(name)
    let prepared = 0
    for (const need of needs) {
      if (this.closed || prepared >= ahead || this.fetching >= FETCHES) return
      const state = this.states.get(unitText(need.unit))
      if (!state) void this.fetch(need)
      if (state?.kind !== 'resting') prepared++
    }
  }

  isReady(unit: UnitId): boolean {
    return this.states.get(unitText(unit))?.kind === 'ready'
  }

  /** The inputs of a unit that is ready; rejects like `ProjectConnection.inputs` when they are gone from the disk. */
  async take({ unit, batch }: InputNeed): Promise<UnitInputs> {
    const name = unitText(unit)
    const state = this.states.get(name)
    this.states.delete(name)
    if (state?.kind === 'ready' && state.inputs) return state.inputs
    return this.init.connection.inputs(batch, unit.index)
  }

  /** Peers came or went: what could not be had is tried again at once. */
  retry(): void {
    for (const [name, state] of this.states)
      if (state.kind === 'resting') {
        state.cancel()
        this.states.delete(name)
      }
  }

  close(): void {
    this.closed = true
    this.retry()
    this.states.clear()
  }

  private async fetch({ unit, batch }: InputNeed): Promise<void> {
    const { connection, timers, log } = this.init
    const name = unitText(unit)
    this.fetching++
    this.states.set(name, { kind: 'fetching' })
    try {
      const inputs = await connection.inputs(batch, unit.index)
      this.states.set(name, { kind: 'ready', inputs: inputBytes(inputs) > KEPT_BYTES ? undefined : inputs })
    } catch (error) {
      const code = errorCode(error)
      if (!this.closed) log('warn', 'inputs-not-fetched', { unit: name, code })
      // What the publisher wrote wrong stays wrong: whoever takes the unit is told.
      if (code === 'bad-record') this.states.set(name, { kind: 'ready', inputs: undefined })
      else
        this.states.set(name, {
          kind: 'resting',
          cancel: timers.after(REST_MS, () => {
            this.states.delete(name)
            this.init.changed()
          }),
        })
    } finally {
      this.fetching--
    }
    if (this.closed) this.close()
    else this.init.changed()
  }
}
