import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { mayCheck, pairing } from '../../../domain/pairing.ts'
import type { WorkUnit } from '../../../domain/work-unit.ts'
import type { RemoteDonor } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Trusting } from './trusting.ts'

/** Who is handed units. The publisher's own slots have no device key. */
export type Holder = Pick<RemoteDonor, 'donorKey'> & Partial<RemoteDonor>

/** Units over which the share of checkers is averaged. */
const SHARE_UNITS = 1_000
/** Donors whose address is remembered. */
const ADDRESSES_MAX = 20_000
const WORDS = 2 ** 32
/** A donor gets a unit of a neighbour's with this chance: others may be long in coming. */
const NEIGHBOUR_CHANCE = 1 / 8

/** Says who may compute a unit beside whom. What it remembers of donors is lost with the process, and soon learned again. */
export class Pairs {
  private readonly parts: PublisherComponents
  private readonly catalogue: Catalogue
  private readonly trusting: Trusting
  private readonly addresses = new Map<DonorKey, string>()
  /** Donors at each address that were handed units lately. */
  private readonly neighbours = new Map<string, Set<DonorKey>>()
  private checkersShare = 0

  constructor(parts: PublisherComponents, catalogue: Catalogue, trusting: Trusting) {
    this.parts = parts
    this.catalogue = catalogue
    this.trusting = trusting
  }

  /** This donor asked for units. */
  met({ donorKey, address }: Holder): void {
    this.addresses.delete(donorKey)
    if (address === undefined) return
    if (this.addresses.size >= ADDRESSES_MAX) this.addresses.clear()
    this.addresses.set(donorKey, address)
  }

  /** Units went to this donor. Call it after the commit. */
  handedOut(donorKey: DonorKey, units: number): void {
    const target = this.trusting.isChecker(donorKey) ? 1 : 0
    const weight = Math.min(1, units / SHARE_UNITS)
    this.checkersShare += (target - this.checkersShare) * weight
    const address = this.addresses.get(donorKey)
    if (units > 0 && address !== undefined) this.settleAt(address, donorKey)
  }

  /** Units that others at this address hold who are not established. */
  heldNear({ donorKey, address }: Holder): number {
    if (address === undefined) return 0
    let units = 0
    for (const other of this.neighbours.get(address) ?? [])
      if (other !== donorKey && !this.trusting.isEstablished(other))
        units += this.parts.store.donor(other).leased
    return units
  }

  /** Those who hold nothing any more are forgotten, so nobody has more neighbours than one address may hold units. */
  private settleAt(address: string, donorKey: DonorKey): void {
    if (this.neighbours.size >= ADDRESSES_MAX) this.neighbours.clear()
    const known = this.neighbours.get(address) ?? new Set()
    for (const other of known) if (this.parts.store.donor(other).leased === 0) known.delete(other)
    this.neighbours.set(address, known.add(donorKey))
  }

  /** A unit that this donor has no copy of: whether it may get one beside those who have. */
  mayHave(holder: Holder, unit: UnitId, work: WorkUnit): boolean {
    const { donorKey } = holder
    const answered = work.state === 'leased' && work.votes > 0
    if (answered && this.catalogue.trust(unit.batch) && !this.mayCheck(donorKey)) return false
    const { address } = holder
    if (address === undefined || this.onlyAddressIs(address)) return true
    const others = this.parts.store
      .holders(unit)
      .filter((other) => other !== donorKey)
      .map((other) => ({ donorKey: other, address: this.addresses.get(other) }))
    const near = pairing({ donorKey, address }, others) === 'avoid'
    return !near || this.parts.randomWord() < WORDS * NEIGHBOUR_CHANCE
  }

  private mayCheck(donorKey: DonorKey): boolean {
    return mayCheck(this.trusting.isChecker(donorKey), this.checkersShare)
  }

  /** Nobody else is there to pair this donor with. */
  private onlyAddressIs(address: string): boolean {
    for (const other of this.addresses.values()) if (other !== address) return false
    return true
  }
}
