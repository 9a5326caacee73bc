import { PowerswarmError } from '../../domain/errors.ts'
import { c } from './runtime.ts'
import { getEncoding, type CodecState, type Layouts } from './spec/index.js'

/** First field of every record and message. A change that old peers could not read makes it one more. */
export const WIRE_VERSION = 1

/** A peer's bytes are not what they should be. `what` names the record, `fault` goes on: "has trailing bytes". */
export function badRecord(what: string, fault: string, cause?: unknown): PowerswarmError {
  return new PowerswarmError('bad-record', `Bad ${what}: it ${fault}`, cause === undefined ? {} : { cause })
}

export interface WireCodec<T> {
  /** Throws `bad-argument` for a value that no peer would accept. */
  readonly encode: (value: T) => Uint8Array
  /** Throws `bad-record`, or `protocol-version` for a newer version, and nothing else. Byte fields are views. */
  readonly parse: (bytes: Uint8Array) => T
}

export interface WireCodecInit<N extends keyof Layouts, T> {
  /** For messages: "lease answer". */
  readonly what: string
  readonly layout: N
  readonly maxBytes: number
  /** Where it is not {@link WIRE_VERSION}. */
  readonly version?: number
  toLayout(value: T): Omit<Layouts[N], 'version'>
  /** Builds the value from its layout and checks every field; throws what {@link badRecord} makes. */
  fromLayout(layout: Layouts[N]): T
}

/** Joins a generated layout with its version, its size limit and its checks. */
export function wireCodec<N extends keyof Layouts, T>(init: WireCodecInit<N, T>): WireCodec<T> {
  const codec = getEncoding(init.layout)
  const { version = WIRE_VERSION } = init
  return {
    encode(value) {
      try {
        const layout = { version, ...init.toLayout(value) } as Layouts[N]
        init.fromLayout(layout)
        const state: CodecState = { start: 0, end: 0, buffer: null }
        codec.preencode(state, layout)
        if (state.end > init.maxBytes) throw badRecord(init.what, tooLong(init.maxBytes))
        const bytes = new Uint8Array(state.end)
        state.buffer = bytes
        codec.encode(state, layout)
        return bytes
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new PowerswarmError('bad-argument', reason, { cause: error })
      }
    },
    parse(bytes) {
      if (bytes.byteLength > init.maxBytes) throw badRecord(init.what, tooLong(init.maxBytes))
      checkVersion(init.what, bytes, version)
      const state: CodecState = { start: 0, end: bytes.byteLength, buffer: bytes }
      let layout: Layouts[N]
      try {
        layout = codec.decode(state)
      } catch (error) {
        throw badRecord(init.what, 'cannot be decoded', error)
      }
      if (state.start !== state.end) throw badRecord(init.what, 'has trailing bytes')
      return init.fromLayout(layout)
    },
  }
}

/** Throws unless the record begins with the version that this program speaks. */
export function checkVersion(what: string, bytes: Uint8Array, expected = WIRE_VERSION): void {
  const version = leadingNumbers(what, bytes, 1)[0] ?? 0
  if (version > expected)
    throw new PowerswarmError(
      'protocol-version',
      `Protocol ${String(version)} met protocol ${String(expected)}: the side with the older Powerswarm must update it`,
      { details: { version } },
    )
  if (version !== expected) throw badRecord(what, 'has no valid version')
}

/** The first `count` numbers of a record: its version and, where there is one, its kind. */
export function leadingNumbers(what: string, bytes: Uint8Array, count: number): readonly number[] {
  const state: CodecState = { start: 0, end: bytes.byteLength, buffer: bytes }
  try {
    return Array.from({ length: count }, () => c.uint.decode(state))
  } catch (error) {
    throw badRecord(what, 'is too short', error)
  }
}

function tooLong(maxBytes: number): string {
  return `is longer than ${String(maxBytes)} bytes`
}
