import { UnitEnd } from './unit-end.ts'

/** Fuel between two ticks of a unit; a function is asked before each stretch. What is charged does not depend on it. */
export type Quantum = bigint | (() => bigint)

/** 1 ms of dense arithmetic, 3 ms of a tight loop. */
const QUANTUM_FUEL = 1n << 24n

/** The module's exported counter, a mutable i64 global. */
export interface FuelCounter {
  value: bigint
}

export function isFuelCounter(exported: unknown): exported is FuelCounter {
  return exported instanceof WebAssembly.Global && typeof exported.value === 'bigint'
}

export interface MeterInit {
  /** Most fuel that the unit may use. */
  readonly limit: bigint
  readonly quantum?: Quantum
  /** Called at every tick with the fuel used so far; may block (pause, throttle) and may throw to end the unit. */
  onTick(used: bigint): void
}

/**
 * The host's half of the metering (the module's half: toolchain/meter-abi.ts).
 *
 * The module counts an exported global down from a quantum and ticks at its next check once the global is negative.
 * Invariant: quantum ≤ limit − settled. So at every check "global < 0" is implied by "used > limit": the check at
 * which a unit runs out of fuel is the first one beyond the limit, whatever the quantum is.
 */
export class Meter {
  readonly #init: MeterInit
  readonly #fullQuantum: Quantum
  #global: FuelCounter | undefined
  #quantum = 0n
  #settled = 0n

  constructor(init: MeterInit) {
    this.#init = init
    this.#fullQuantum = init.quantum ?? QUANTUM_FUEL
  }

  /** Most fuel that the unit may use. */
  get limit(): bigint {
    return this.#init.limit
  }

  /** Goes on from a unit that has used this much, at most {@link limit}; before {@link attach}. */
  restore(used: bigint): void {
    this.#settled = used
  }

  /** Hands the unit its first quantum. */
  attach(global: FuelCounter): void {
    this.#global = global
    this.#refill(global)
  }

  /** The module's import. Ends the unit with `out-of-fuel` beyond the limit. */
  tick(): void {
    const global = this.#attached()
    this.#settle(global)
    if (this.#settled > this.#init.limit) throw outOfFuel(this.#init.limit)
    this.#init.onTick(this.#settled)
    this.#refill(global)
  }

  /** Takes fuel for work that the host does in the unit's name, with the same check that the module makes. */
  charge(fuel: number): void {
    const global = this.#attached()
    global.value -= BigInt(fuel)
    if (global.value < 0n) this.tick()
  }

  /** Fuel used up to this moment, exact between any two instructions that call the host. */
  used(): bigint {
    if (this.#global === undefined) return this.#settled
    return this.#settled + this.#quantum - this.#global.value
  }

  /** Whether the unit is beyond its limit although it made no check there, for instance because it ended first. */
  get exceeded(): boolean {
    return this.used() > this.#init.limit
  }

  #attached(): FuelCounter {
    if (this.#global === undefined) throw new UnitEnd('host-failure', 'the module ran before it was metered')
    return this.#global
  }

  #settle(global: FuelCounter): void {
    this.#settled += this.#quantum - global.value
    this.#quantum = 0n
    global.value = 0n
  }

  #refill(global: FuelCounter): void {
    const left = this.#init.limit - this.#settled
    const full = typeof this.#fullQuantum === 'bigint' ? this.#fullQuantum : this.#fullQuantum()
    this.#quantum = left < full ? left : full
    global.value = this.#quantum
  }
}

export function outOfFuel(limit: bigint): UnitEnd {
  return new UnitEnd('out-of-fuel', `the unit is limited to ${limit.toString()} fuel`)
}
