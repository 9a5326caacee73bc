import { LIMITS } from '../../domain/limits.ts'
import { checksOf } from './checks.ts'
import { wireCodec } from './codec.ts'
import type { LeaseAnswer, LeaseRequest } from './messages.ts'

const maxBytes = LIMITS.messageBytes
const DAY_MS = 24 * 60 * 60 * 1000

const requestCheck = checksOf('lease request')
const request = wireCodec<'@wire/lease-request', LeaseRequest>({
  what: 'lease request',
  layout: '@wire/lease-request',
  maxBytes,
  toLayout: (value) => value,
  fromLayout: (layout) => ({
    units: requestCheck.whole('a unit count', layout.units, 1, LIMITS.leaseUnits),
    fuelCapacity: requestCheck.fuel('a fuel capacity', layout.fuelCapacity),
  }),
})

const answerCheck = checksOf('lease answer')
const answer = wireCodec<'@wire/lease-answer', LeaseAnswer>({
  what: 'lease answer',
  layout: '@wire/lease-answer',
  maxBytes,
  toLayout: (value) => value,
  fromLayout: (layout) => ({
    units: answerCheck.units('units', layout.units, LIMITS.leaseUnits),
    expiresAt: answerCheck.time('an expiry', layout.expiresAt),
    retryAfterMs: answerCheck.whole('a retry delay', layout.retryAfterMs, 0, DAY_MS),
  }),
})

export const encodeLeaseRequest: (value: LeaseRequest) => Uint8Array = request.encode
export const parseLeaseRequest: (bytes: Uint8Array) => LeaseRequest = request.parse
export const encodeLeaseAnswer: (value: LeaseAnswer) => Uint8Array = answer.encode
export const parseLeaseAnswer: (bytes: Uint8Array) => LeaseAnswer = answer.parse
