import { LIMITS } from '../../../domain/limits.ts'
import { isLoopback } from './dht.ts'

/** How many connections a publisher holds at once. */
export interface AdmissionLimits {
  readonly all: number
  /** From one address; those of this machine are not counted. */
  readonly perAddress: number
  /** Whose `hello` was not accepted yet. */
  readonly unproven: number
}

export const PUBLISHER_ADMISSION: AdmissionLimits = {
  all: LIMITS.publisherConnections,
  perAddress: LIMITS.connectionsPerAddress,
  unproven: LIMITS.unprovenConnections,
}

/** The place of one connection. Both may be called again without effect. */
export interface Place {
  /** Its `hello` was accepted. */
  prove(): void
  /** It is closed. */
  leave(): void
}

/** Counts the connections of a publisher and says for which there is room. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #perAddress = new Map<string, number>()
  #all = 0
  #unproven = 0

  constructor(limits: AdmissionLimits = PUBLISHER_ADMISSION) {
    this.#limits = limits
  }

  /** `address` — the peer's, null when it is not known. Undefined: there is no room, and nothing was counted. */
  admit(address: string | null): Place | undefined {
    const counted = address === null || isLoopback(address) ? undefined : address
    if (this.#isFull(counted)) return undefined
    this.#all++
    this.#unproven++
    this.#count(counted, 1)
    let proven = false
    let left = false
    const prove = (): void => {
      if (!proven) this.#unproven--
      proven = true
    }
    return {
      prove,
      leave: () => {
        if (left) return
        left = true
        prove()
        this.#all--
        this.#count(counted, -1)
      },
    }
  }

  #isFull(address: string | undefined): boolean {
    const { all, perAddress, unproven } = this.#limits
    if (this.#all >= all || this.#unproven >= unproven) return true
    return address !== undefined && (this.#perAddress.get(address) ?? 0) >= perAddress
  }

  #count(address: string | undefined, change: number): void {
    if (address === undefined) return
    const count = (this.#perAddress.get(address) ?? 0) + change
    if (count === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, count)
  }
}
