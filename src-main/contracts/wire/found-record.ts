import { LIMITS } from '../../domain/limits.ts'
import type { FoundRecord } from '../../domain/project.ts'
import { checksOf } from './checks.ts'
import { wireCodec } from './codec.ts'

const check = checksOf('record of results')

const codec = wireCodec<'@wire/found-record', FoundRecord>({
  what: 'record of results',
  layout: '@wire/found-record',
  maxBytes: LIMITS.recordBytes,
  toLayout: ({ at, found }) => ({ at, found: found.map(({ unit, output }) => ({ unit, output })) }),
  fromLayout: ({ at, found }) => {
    check.that(found.length > 0, 'names no results')
    check.that(
      found.every(({ output }) => output.byteLength > 0 && output.byteLength <= LIMITS.foundOutputBytes),
      'has an output that is empty or too long',
    )
    return {
      at: check.time('a time', at),
      found: found.map(({ unit, output }) => ({ unit: check.unit('a unit', unit), output })),
    }
  },
})

/** One block of the core with results. Throws `bad-argument` for a record that no donor would accept. */
export const encodeFoundRecord = codec.encode
/** Throws `bad-record` or `protocol-version`. */
export const parseFoundRecord = codec.parse
