import type { UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { reserveStart, selfAssignedMax } from '../../../domain/reserve.ts'
import type { KeyPair, ProjectConnection } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { DonorComponents } from './components.ts'

type Parts = Pick<DonorComponents, 'store' | 'clock' | 'digests' | 'randomWord'>

export interface ReserveDrawInit {
  readonly parts: Parts
  readonly connection: ProjectConnection
  readonly catalogue: Catalogue
  readonly keys: Pick<KeyPair, 'publicKey'>
}

/** Draws that meet a unit which this donor has had; then the reserve counts as used up. */
const TRIES = 16
const SECRET_WORDS = 8
/** Hexadecimal digits of a hash: 48 bits, exact as a number, and beyond the units of any project. */
const DIGITS = 12

/**
 * Takes units from the reserves of a project while its publisher is away: each from a hash over the donor's key and a
 * fresh secret, so that two donors seldom meet and nobody can foresee who has which.
 */
export class ReserveDraw {
  private readonly init: ReserveDrawInit
  /** By the monotonic clock; undefined while the publisher is there. */
  private awaySince: number | undefined

  constructor(init: ReserveDrawInit) {
    this.init = init
    this.followConnection()
  }

  /** Call it when the connection's state may have changed. */
  followConnection(): void {
    const { connection, parts } = this.init
    if (connection.state === 'connected') this.awaySince = undefined
    else this.awaySince ??= parts.clock.monotonicMs()
  }

  /** When the publisher will have been away for long enough, by the monotonic clock; Infinity while it is there. */
  get opensAt(): number {
    return this.awaySince === undefined ? Number.POSITIVE_INFINITY : this.awaySince + LIMITS.reserveAfterMs
  }

  /** The publisher is away for long enough, and there is something to take. */
  get isOpen(): boolean {
    const { parts, catalogue } = this.init
    return parts.clock.monotonicMs() >= this.opensAt && catalogue.reserves.length > 0
  }

  /** A unit that this donor has not had; undefined when there is none, or it has taken as many as will count. */
  draw(): UnitId | undefined {
    const { parts, connection, catalogue } = this.init
    if (!this.isOpen) return undefined
    const { store } = parts
    const { projectKey } = connection
    // The publisher may call fewer of them proven, since it found an error: what is beyond that it refuses, and it is lost.
    if (store.selfAssigned(projectKey) >= selfAssignedMax(store.granted(projectKey).units)) return undefined
    const held = store.leases(projectKey)
    for (let i = 0; i < TRIES; i++) {
      const unit = this.pick()
      if (!unit || catalogue.endings.has(unit) || store.result(projectKey, unit)) continue
      if (!held.some((lease) => lease.unit.batch === unit.batch && lease.unit.index === unit.index))
        return unit
    }
    return undefined
  }

  private pick(): UnitId | undefined {
    const { reserves } = this.init.catalogue
    let place = this.random() % reserves.reduce((sum, { units }) => sum + units, 0)
    for (const { batch, units } of reserves) {
      if (place < units) return { batch: batch.batch, index: reserveStart(batch, units) + place }
      place -= units
    }
    return undefined
  }

  private random(): number {
    const { parts, keys } = this.init
    const secret = Uint32Array.from({ length: SECRET_WORDS }, () => parts.randomWord())
    const hash = parts.digests.hash([keys.publicKey, new Uint8Array(secret.buffer)])
    return Number.parseInt(hash.slice(0, DIGITS), 16)
  }
}
