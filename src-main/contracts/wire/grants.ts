import { LIMITS } from '../../domain/limits.ts'
import { checksOf, NUMBER_MAX, strictlyOrdered } from './checks.ts'
import { wireCodec } from './codec.ts'
import type { GrantNotice, GrantsAnswer, GrantsRequest } from './messages.ts'
import type { GrantNoticeLayout } from './spec/index.js'

const requestCheck = checksOf('grants request')
const request = wireCodec<'@wire/grants-request', GrantsRequest>({
  what: 'grants request',
  layout: '@wire/grants-request',
  maxBytes: LIMITS.messageBytes,
  toLayout: (value) => value,
  fromLayout: ({ fromSequence }) => ({
    fromSequence: requestCheck.whole('a sequence', fromSequence, 0, Number.MAX_SAFE_INTEGER),
  }),
})

const check = checksOf('grants answer')

function noticeOf(layout: GrantNoticeLayout): GrantNotice {
  const units = check.units('units', layout.units, LIMITS.grantUnits)
  check.that(units.length > 0 && strictlyOrdered(units), 'names units out of order')
  return {
    sequence: check.whole('a sequence', layout.sequence, 0, Number.MAX_SAFE_INTEGER),
    epoch: check.whole('an epoch', layout.epoch, 0, NUMBER_MAX),
    index: check.whole('a block index', layout.index, 0, Number.MAX_SAFE_INTEGER),
    units,
  }
}

const answer = wireCodec<'@wire/grants-answer', GrantsAnswer>({
  what: 'grants answer',
  layout: '@wire/grants-answer',
  maxBytes: LIMITS.grantsAnswerBytes,
  toLayout: ({ grants, more, rejected, uncounted }) => ({ grants, more: more ? 1 : 0, rejected, uncounted }),
  fromLayout(layout) {
    check.that(layout.grants.length <= LIMITS.grantsPerAnswer, 'has too many grants')
    return {
      grants: layout.grants.map(noticeOf),
      more: check.whole('a flag', layout.more, 0, 1) === 1,
      rejected: check.units('rejected units', layout.rejected, LIMITS.grantUnits),
      uncounted: check.units('uncounted units', layout.uncounted, LIMITS.grantUnits),
    }
  },
})

export const encodeGrantsRequest: (value: GrantsRequest) => Uint8Array = request.encode
export const parseGrantsRequest: (bytes: Uint8Array) => GrantsRequest = request.parse
export const encodeGrantsAnswer: (value: GrantsAnswer) => Uint8Array = answer.encode
export const parseGrantsAnswer: (bytes: Uint8Array) => GrantsAnswer = answer.parse
