import type { DonorKey } from '../../../src-main/domain/ids.ts'
import { NEWCOMER, type DonorTrust } from '../../../src-main/domain/trust.ts'

/** A window whose check is out: its units but the one that was drawn. */
export interface ClosedWindow {
  readonly units: readonly number[]
}

/** One key of the simulation, with what it did; a forger that comes back under a new key is a new one. */
export class SimulatedDonor {
  readonly donorKey: DonorKey
  readonly forger: boolean
  /** What its forged results say: the same number for colluders. */
  readonly lie: number
  trust: DonorTrust = NEWCOMER
  /** BOINC's count of consecutive valid replicated results. */
  consecutiveValid = 0
  computed = 0
  forged = 0
  /** Forged results since its last check was drawn, those not decided yet, and those that count. */
  forgedInWindow = 0
  forgedOpen = 0
  forgedAccepted = 0
  losses = 0
  /** Advance at which it stopped being honest; 0 before. */
  sleptTo = 0
  /** Units accepted on its word: of the open window, of closed ones by their number, and released. */
  open: number[] = []
  readonly closed = new Map<number, ClosedWindow>()
  released: number[] = []

  constructor(number: number, forger: boolean, lie: number) {
    this.donorKey = String(number) as DonorKey
    this.forger = forger
    this.lie = lie
  }
}
