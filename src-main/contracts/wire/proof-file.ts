import { PowerswarmError } from '../../domain/errors.ts'
import { badRecord, leadingNumbers, checkVersion, type WireCodec } from './codec.ts'

/** What every proof in a file begins with, so that people and programs see what it is. */
const HEADER = Uint8Array.from('powerswarm proof\n', (char) => char.charCodeAt(0))

/** What a proof is about; the second number behind the header. */
export const PROOF_KINDS = { receipt: 1, evidence: 2 } as const
export type ProofKind = keyof typeof PROOF_KINDS

/** Which proof a file holds. Throws `bad-record` for a file that is none, `protocol-version` for a newer one. */
export function proofKind(file: Uint8Array): ProofKind {
  const record = recordOf(file)
  checkVersion('proof', record)
  const [, number] = leadingNumbers('proof', record, 2)
  if (number === PROOF_KINDS.receipt) return 'receipt'
  if (number === PROOF_KINDS.evidence) return 'evidence'
  throw badRecord('proof', 'is of an unknown kind')
}

/**
 * Puts the header before what the codec writes. A proof has exactly one form: what the codec could read but would
 * write otherwise is refused, so that no byte of a file can be changed unnoticed.
 */
export function proofFileCodec<T>(what: string, codec: WireCodec<T>): WireCodec<T> {
  return {
    encode(value) {
      const record = codec.encode(value)
      const file = new Uint8Array(HEADER.byteLength + record.byteLength)
      file.set(HEADER)
      file.set(record, HEADER.byteLength)
      return file
    },
    parse(file) {
      const record = recordOf(file)
      const value = codec.parse(record)
      if (!equalBytes(written(codec, value), record)) throw badRecord(what, 'is not written in its one form')
      return value
    },
  }
}

function written<T>(codec: WireCodec<T>, value: T): Uint8Array {
  try {
    return codec.encode(value)
  } catch (error) {
    if (error instanceof PowerswarmError) return new Uint8Array()
    throw error
  }
}

function recordOf(file: Uint8Array): Uint8Array {
  if (!equalBytes(file.subarray(0, HEADER.byteLength), HEADER))
    throw badRecord('proof', 'does not begin as a Powerswarm proof does')
  return file.subarray(HEADER.byteLength)
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])
}
