import type { DonorKey, Hex32, UnitId } from '../../../../../domain/ids.ts'
import type { CopyRow, CopyStanding } from '../../../../ports.ts'
import type { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'

/** On disk a standing is its place in this list. Append only. */
export const STANDINGS: readonly CopyStanding[] = [
  'leased',
  'lapsed',
  'noted',
  'pending',
  'verified',
  'rejected',
  'uncounted',
]
/** What is there, as bits behind the standing's three. */
const GRANTED = 8
const ANSWERED = 16
const DIGEST = 32
/** The digest is that of the unit and not repeated. */
const UNIT_DIGEST = 64
const DEVICE = 128

type Ids = Pick<DonorIds, 'ensure' | 'key'>

/**
 * One copy: donor, standing and what else is there, expiry, and then answer time, digest and device where they are.
 * `unitDigest`: the digest that the unit's own row holds.
 */
export function writeCopy(
  to: ByteWriter,
  ids: Ids,
  copy: CopyRow,
  granted = false,
  unitDigest?: Hex32,
): void {
  const { donorKey, standing, expiresAt, answeredAt, digest, deviceKey } = copy
  let bits = STANDINGS.indexOf(standing)
  if (granted) bits |= GRANTED
  if (answeredAt !== undefined) bits |= ANSWERED
  if (digest !== undefined) bits |= digest === unitDigest ? UNIT_DIGEST : DIGEST
  if (deviceKey !== undefined) bits |= DEVICE
  to.number(ids.ensure(donorKey))
  to.number(bits)
  to.number(expiresAt)
  if (answeredAt !== undefined) to.number(answeredAt)
  if (digest !== undefined && digest !== unitDigest) to.hex32(digest)
  if (deviceKey !== undefined) to.hex32(deviceKey)
}

export function readCopy(
  from: ByteReader,
  ids: Ids,
  unit: UnitId,
  unitDigest?: Hex32,
): { readonly copy: CopyRow; readonly granted: boolean } {
  const donorKey: DonorKey = ids.key(from.number())
  const bits = from.number()
  const standing = STANDINGS[bits & 7]
  if (standing === undefined) throw new Error('a copy has no standing')
  const expiresAt = from.number()
  const answeredAt = bits & ANSWERED ? from.number() : undefined
  const digest = bits & DIGEST ? from.hex32() : bits & UNIT_DIGEST ? unitDigest : undefined
  const deviceKey = bits & DEVICE ? from.hex32() : undefined
  const copy = {
    unit,
    donorKey,
    standing,
    expiresAt,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(digest === undefined ? {} : { digest }),
    ...(deviceKey === undefined ? {} : { deviceKey }),
  }
  return { copy, granted: (bits & GRANTED) !== 0 }
}
