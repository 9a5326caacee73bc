import type { Hex32, UnitId } from '../../../../../domain/ids.ts'
import type { WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow, CopyStanding } from '../../../../ports.ts'
import type { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { StoredOutput, UnitState } from './unit-entry.ts'

/**
 * A unit as its row and the log of changes hold it, field by field:
 * - outputs: count; for each its id and digest
 * - work: place in {@link STATES} and bits; for a leased unit live, votes, failures, wanted; its digest if it has one
 * - lottery
 * - copies: count; for each donor number, bits, expiry, and as the bits say answer time, device and digest
 * - on whose word it rests, if the bits say so: donor number, window, whether it was drawn
 * - who disputes it, if the bits say so: count, donor numbers
 *
 * A digest that an output has is the output's place from 2 on; 1 comes before another digest, 0 stands for none.
 */
type Ids = Pick<DonorIds, 'ensure' | 'key'>

/** On disk a state or standing is its place in its list. Append only. */
const STATES = ['leased', 'verified', 'inconclusive', 'suspended', 'trusted', 'released'] as const
export const STANDINGS: readonly CopyStanding[] = [
  'leased',
  'lapsed',
  'noted',
  'pending',
  'verified',
  'rejected',
  'uncounted',
]
const STANDING_BITS = 7
const GRANTED = 8
const ANSWERED = 16
const DEVICE = 32
const SELF_ASSIGNED = 64
/** Bits of a unit, above the place of its state. */
const STATE_BITS = 7
const ON_TRUST = 8
const DISPUTED = 16

/**
 * What a unit's row says of its state: the place in the list, that of `verified` for all with an answer. Throws for a
 * unit that was never handed out: it has no row.
 */
export function stateColumn(work: WorkUnit): number {
  return STATES.indexOf('digest' in work ? 'verified' : storedState(work))
}

function storedState({ state }: WorkUnit): (typeof STATES)[number] {
  if (state === 'unsent') throw new Error('a unit that was never handed out has no row')
  return state
}

export function writeImage(
  to: ByteWriter,
  ids: Ids,
  { work, lottery, copies, granted, outputs, onTrust, disputants }: UnitState,
): void {
  to.number(outputs.length)
  for (const output of outputs) {
    to.number(output.id)
    to.hex32(output.digest)
  }
  let workBits = STATES.indexOf(storedState(work))
  if (onTrust) workBits |= ON_TRUST
  if (disputants) workBits |= DISPUTED
  to.number(workBits)
  if (work.state === 'leased') {
    to.number(work.live)
    to.number(work.votes)
    to.number(work.failures)
    to.number(work.wanted)
  } else if ('digest' in work) writeDigest(to, outputs, work.digest)
  to.number(lottery)
  to.number(copies.length)
  for (const { donorKey, standing, expiresAt, answeredAt, digest, deviceKey, selfAssigned } of copies) {
    let bits = STANDINGS.indexOf(standing)
    if (granted.includes(donorKey)) bits |= GRANTED
    if (answeredAt !== undefined) bits |= ANSWERED
    if (deviceKey !== undefined) bits |= DEVICE
    if (selfAssigned) bits |= SELF_ASSIGNED
    to.number(ids.ensure(donorKey))
    to.number(bits)
    to.number(expiresAt)
    if (answeredAt !== undefined) to.number(answeredAt)
    if (deviceKey !== undefined) to.hex32(deviceKey)
    writeDigest(to, outputs, digest)
  }
  if (onTrust) {
    to.number(ids.ensure(onTrust.donorKey))
    to.number(onTrust.window)
    to.number(Number(onTrust.drawn))
  }
  if (disputants) {
    to.number(disputants.length)
    for (const donorKey of disputants) to.number(ids.ensure(donorKey))
  }
}

function writeDigest(to: ByteWriter, outputs: readonly StoredOutput[], digest: Hex32 | undefined): void {
  if (digest === undefined) {
    to.number(0)
    return
  }
  for (let place = 0; place < outputs.length; place++)
    if (outputs[place]?.digest === digest) {
      to.number(place + 2)
      return
    }
  to.number(1)
  to.hex32(digest)
}

export function readImage(from: ByteReader, ids: Ids, unit: UnitId): UnitState {
  const outputs = times(from.number(), (): StoredOutput => ({ id: from.number(), digest: from.hex32() }))
  const readDigest = (): Hex32 | undefined => {
    const place = from.number()
    return place === 0 ? undefined : place === 1 ? from.hex32() : outputs[place - 2]?.digest
  }
  const workBits = from.number()
  const work = readWork(STATES[workBits & STATE_BITS], from, readDigest)
  const lottery = from.number()
  const granted: UnitState['granted'][number][] = []
  const copies = times(from.number(), (): CopyRow => {
    const donorKey = ids.key(from.number())
    const bits = from.number()
    const standing = STANDINGS[bits & STANDING_BITS]
    if (standing === undefined) throw new Error('a copy has no standing')
    if (bits & GRANTED) granted.push(donorKey)
    const expiresAt = from.number()
    const answeredAt = bits & ANSWERED ? from.number() : undefined
    const deviceKey = bits & DEVICE ? from.hex32() : undefined
    const digest = readDigest()
    return {
      unit,
      donorKey,
      standing,
      expiresAt,
      ...(answeredAt === undefined ? {} : { answeredAt }),
      ...(digest === undefined ? {} : { digest }),
      ...(deviceKey === undefined ? {} : { deviceKey }),
      ...(bits & SELF_ASSIGNED && { selfAssigned: true }),
    }
  })
  const onTrust =
    workBits & ON_TRUST
      ? { donorKey: ids.key(from.number()), window: from.number(), drawn: from.number() === 1 }
      : undefined
  const disputants = workBits & DISPUTED ? times(from.number(), () => ids.key(from.number())) : undefined
  return { work, lottery, copies, granted, outputs, onTrust, disputants }
}

function readWork(
  state: (typeof STATES)[number] | undefined,
  from: ByteReader,
  readDigest: () => Hex32 | undefined,
): WorkUnit {
  switch (state) {
    case 'leased':
      return {
        state,
        live: from.number(),
        votes: from.number(),
        failures: from.number(),
        wanted: from.number(),
      }
    case 'verified':
    case 'trusted':
    case 'released': {
      const digest = readDigest()
      if (digest === undefined) break
      return { state, digest }
    }
    case 'inconclusive':
    case 'suspended':
      return { state }
    case undefined:
  }
  throw new Error('the image of a unit contradicts itself')
}

function times<T>(count: number, read: () => T): T[] {
  const list: T[] = []
  for (let i = 0; i < count; i++) list.push(read())
  return list
}
