import { buildModule, call, i32, i64 } from '../support/wasm-builder.ts'
import { ask, dataAt, FD_WRITE, store32, wasi } from '../support/wasm-code.ts'

/** An app that tries every way out of its slot that WASI has, and prints what it found; see {@link snoopedBy}. */

const ESCAPES = [
  '/etc/passwd',
  '../../../../../../etc/passwd',
  '..',
  '/',
  '/proc/self/environ',
  './../../etc/passwd',
  'x/../../etc/passwd',
  // What the app itself makes first, pointing out.
  'link',
]
const TARGET = '/etc/passwd'
/** Descriptors that are tried: the streams, and wherever a directory may have been opened for it. */
const DESCRIPTORS = Array.from({ length: 12 }, (_, fd) => fd)
const FOLLOW_LINKS = 1

const IMPORTS = [
  FD_WRITE,
  wasi('clock_time_get', 'iIi'),
  wasi('random_get', 'ii'),
  wasi('environ_sizes_get', 'ii'),
  wasi('path_symlink', 'iiiii'),
  wasi('path_open', 'iiiiiIIii'),
  wasi('sock_accept', 'iii'),
  wasi('sock_recv', 'iiiiii'),
  wasi('sock_send', 'iiiii'),
  wasi('sock_shutdown', 'ii'),
]
const [WRITE, CLOCK, RANDOM, ENVIRON, SYMLINK, OPEN, ...SOCKET] = IMPORTS.keys()

const TEXTS_AT = 1024
const REPORT_AT = 8192
const CLOCKS = 4
const RANDOM_BYTES = 32
const ENVIRON_AT = REPORT_AT + 8 * CLOCKS
const RANDOM_AT = ENVIRON_AT + 8
const ERRORS_AT = RANDOM_AT + RANDOM_BYTES

function program(): { readonly code: number[]; readonly texts: Uint8Array; readonly end: number } {
  const places = new Map<string, { readonly at: number; readonly length: number }>()
  const texts: number[] = []
  for (const text of [...ESCAPES, TARGET]) {
    const bytes = new TextEncoder().encode(text)
    places.set(text, { at: TEXTS_AT + texts.length, length: bytes.length })
    texts.push(...bytes)
  }
  const textOf = (text: string): number[] => {
    const { at, length } = places.get(text) ?? { at: 0, length: 0 }
    return [...i32(at), ...i32(length)]
  }
  let end = ERRORS_AT
  /** Leaves an error number in the report. */
  const note = (attempt: readonly number[]): number[] => {
    end += 4
    return store32(end - 4, attempt)
  }
  const code = [
    ...Array.from({ length: CLOCKS }, (_, clock) => [
      ...[...i32(clock), ...i64(0n), ...i32(REPORT_AT + 8 * clock), ...call(CLOCK!), 0x1a],
    ]).flat(),
    ...ask(ENVIRON!, ENVIRON_AT, ENVIRON_AT + 4),
    ...ask(RANDOM!, RANDOM_AT, RANDOM_BYTES),
  ]
  for (const fd of DESCRIPTORS) {
    // Allowed or not: what counts is whether it can be followed.
    code.push(...textOf(TARGET), ...i32(fd), ...textOf('link'), ...call(SYMLINK!), 0x1a)
    for (const escape of ESCAPES) {
      const how = [...i32(0), ...i64(2n), ...i64(2n), ...i32(0), ...i32(0)]
      code.push(...note([...i32(fd), ...i32(FOLLOW_LINKS), ...textOf(escape), ...how, ...call(OPEN!)]))
    }
    for (const socket of SOCKET) {
      const count = IMPORTS[socket]?.params?.length ?? 0
      const rest = Array.from({ length: count - 1 }, () => i32(0)).flat()
      code.push(...note([...i32(fd), ...rest, ...call(socket)]))
    }
  }
  return { code, texts: Uint8Array.from(texts), end }
}

const { code, texts, end } = program()

export const snooping = buildModule({
  imports: IMPORTS,
  functions: [
    {
      exportAs: '_start',
      code: [
        ...code,
        ...store32(0, i32(REPORT_AT)),
        ...store32(4, i32(end - REPORT_AT)),
        ...ask(WRITE!, 1, 0, 1, 8),
      ],
    },
  ],
  data: [dataAt(TEXTS_AT, texts)],
})

export interface Snooped {
  /** Nanoseconds since 1970, as the app was told. */
  readonly realtimeNs: bigint
  readonly environmentVariables: number
  /** Attempts to open something outside or to use a socket: how many were made, how many succeeded. */
  readonly attempts: number
  readonly successes: number
}

/** Reads what {@link snooping} printed. */
export function snoopedBy(stdout: Uint8Array): Snooped {
  const view = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength)
  const errors: number[] = []
  for (let at = ERRORS_AT - REPORT_AT; at < stdout.length; at += 4) errors.push(view.getUint32(at, true))
  return {
    realtimeNs: view.getBigUint64(0, true),
    environmentVariables: view.getUint32(ENVIRON_AT - REPORT_AT, true),
    attempts: errors.length,
    successes: errors.filter((error) => error === 0).length,
  }
}
