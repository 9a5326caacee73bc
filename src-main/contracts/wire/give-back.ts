import { LIMITS } from '../../domain/limits.ts'
import { checksOf } from './checks.ts'
import { wireCodec } from './codec.ts'
import type { GiveBack } from './messages.ts'

const check = checksOf('give back')
const codec = wireCodec<'@wire/give-back', GiveBack>({
  what: 'give back',
  layout: '@wire/give-back',
  maxBytes: LIMITS.messageBytes,
  toLayout: (value) => value,
  fromLayout: (layout) => ({ units: check.units('units', layout.units, LIMITS.leaseUnits) }),
})

export const encodeGiveBack: (value: GiveBack) => Uint8Array = codec.encode
export const parseGiveBack: (bytes: Uint8Array) => GiveBack = codec.parse
