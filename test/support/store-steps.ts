import fc from 'fast-check'
import type { Hex32 } from '../../src-main/domain/ids.ts'
import { UNSENT, moveUnit } from '../../src-main/domain/work-unit.ts'
import type { CopyRow, CopyStanding, GrantRow, PublisherStore } from '../../src-main/engine/ports.ts'
import { donorKey, hex, unitAt } from './publisher-store.ts'
import { TRUST_STEPS, applyTrust } from './trust-steps.ts'

/** What the roles do with a publisher's store in one transaction each, roughly, on few units and donors. */

export const UNITS = 6
export const DONORS = [1, 2, 3].map(donorKey)

const STEPS = ['lease', 'lease', 'answer', 'answer', 'verify', 'grant', 'seal', 'lapse', 'restart'] as const
export const step = fc.record({
  what: fc.constantFrom(...STEPS, ...TRUST_STEPS),
  donor: fc.nat(DONORS.length - 1),
  index: fc.nat(UNITS - 1),
  digest: fc.nat(1),
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The first copy that stands like this, from this donor and unit on: most steps should find something to do. */
function copyThatIs(
  store: PublisherStore,
  standing: CopyStanding,
  { donor, index }: Step,
): CopyRow | undefined {
  const places = Array.from(
    { length: UNITS * DONORS.length },
    (_, offset) => index * DONORS.length + donor + offset,
  )
  const copies = places.map((place) =>
    store.copy(unitAt(Math.floor(place / DONORS.length) % UNITS), DONORS[place % DONORS.length]!),
  )
  return copies.find((copy) => copy?.standing === standing)
}

function lease(store: PublisherStore, { donor: number, index }: Step): void {
  const donor = DONORS[number]!
  const [fresh] = store.takeFresh(0, 1)
  const unit = fresh ?? unitAt(index)
  const before = fresh ? UNSENT : store.unit(unit)
  const held = store.copy(unit, donor)
  if ((before.state !== 'unsent' && before.state !== 'leased') || (held && held.standing !== 'lapsed')) return
  store.saveUnit(unit, before, moveUnit(before, { kind: 'leased', quorum: 2 }), 10 + unit.index)
  const row = { unit, donorKey: donor, expiresAt: 100 * unit.index, deviceKey: hex(9) }
  store.saveCopy(held, { ...row, standing: 'leased' })
}

function answer(store: PublisherStore, copy: CopyRow, digest: Hex32): void {
  const { unit } = copy
  const work = store.unit(unit)
  if (work.state !== 'leased') return
  store.addOutput({
    unit,
    digest,
    outcome: 'ok',
    exitCode: 0,
    fuel: 5n,
    stdout: new Uint8Array([unit.index]),
  })
  store.saveCopy(copy, { ...copy, standing: 'pending', answeredAt: 70, digest })
  const verdict = { kind: 'undecided', copiesWanted: 1 } as const
  store.saveUnit(unit, work, moveUnit(work, { kind: 'voted', held: true, verdict }), 0)
}

function verify(store: PublisherStore, { unit, digest }: CopyRow): void {
  const work = store.unit(unit)
  if (work.state !== 'leased') return
  const verdict = { kind: 'verified', digest: digest!, agreeing: [], losing: [] } as const
  store.saveUnit(unit, work, moveUnit(work, { kind: 'voted', held: false, verdict }), 0)
  for (const vote of store.votes(unit))
    store.saveCopy(vote, { ...vote, standing: vote.digest === digest ? 'verified' : 'rejected' })
  store.keepOutput(unit, digest)
  store.addVerified(unit, 200)
}

function seal(store: PublisherStore): void {
  const [grant] = store.unsealed(1)
  if (!grant) return
  const { donorKey: donor, fuel } = grant
  const last = store.lastRecord(donor)
  const sequence = last ? last.sequence + 1 : 0
  const amounts = { units: 1, fuel, cumulativeFuel: (last?.cumulativeFuel ?? 0n) + fuel }
  const record = { sequence, donorKey: donor, at: 1, ...amounts, unitsRoot: hex(5) }
  const bounds = { firstGrant: grant.grant, lastGrant: grant.grant }
  store.addSealed([{ epoch: 0, index: store.ledgerTotals().records, ...bounds, record }], grant.grant)
}

/** A step that makes no sense at the time does nothing. */
export function apply(store: PublisherStore, step: Step): void {
  const { what } = step
  const leased = copyThatIs(store, 'leased', step)
  const pending = copyThatIs(store, 'pending', step)
  const verified = copyThatIs(store, 'verified', step)
  if (what === 'lease') lease(store, step)
  else if (what === 'seal') seal(store)
  else if (what === 'answer' && leased) answer(store, leased, hex(step.digest))
  else if (what === 'verify' && pending) verify(store, pending)
  else if (what === 'grant' && verified) {
    const { unit, donorKey: donor } = verified
    const isSame = (each: GrantRow): boolean => each.donorKey === donor && each.unit.index === unit.index
    if (![...store.grants()].some(isSame)) store.addGrant({ unit, donorKey: donor, fuel: 5n })
  } else if (what === 'lapse' && leased) {
    const work = store.unit(leased.unit)
    store.saveCopy(leased, { ...leased, standing: 'lapsed' })
    store.saveUnit(leased.unit, work, moveUnit(work, { kind: 'lapsed', held: true }), 0)
  } else applyTrust(store, what, { unit: unitAt(step.index), donorKey: DONORS[step.donor]!, leased })
}
