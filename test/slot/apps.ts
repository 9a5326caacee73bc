import {
  buildModule,
  call,
  get,
  i32,
  I32,
  i64,
  I64,
  F64,
  f64,
  set,
  unsigned,
} from '../support/wasm-builder.ts'

/** Tiny apps for slots, friendly and hostile. All addresses: vectors from 0, the answer at 8, text from 64. */

const WASI = 'wasi_snapshot_preview1'
const ANSWER_AT = 8
const TEXT_AT = 64
const FD_WRITE = {
  module: WASI,
  name: 'fd_write',
  params: [I32, I32, I32, I32],
  results: [I32],
}
const FD_READ = { ...FD_WRITE, name: 'fd_read' }
const PROC_EXIT = { module: WASI, name: 'proc_exit', params: [I32] }

const DROP = 0x1a
const LOOP = [0x03, 0x40]
const BLOCK = [0x02, 0x40]
const END = 0x0b
const BRANCH = (depth: number): number[] => [0x0c, depth]
const BRANCH_IF = (depth: number): number[] => [0x0d, depth]
const STORE = [0x36, 2, 0]
const LOAD = [0x28, 2, 0]

/** Places `bytes` at an address before the module starts. */
const dataAt = (at: number, bytes: Uint8Array): number[] => [
  0,
  ...i32(at),
  END,
  ...unsigned(bytes.length),
  ...bytes,
]
/** Vector 0 := (`at`, `length`). */
const vector = (at: number, length: readonly number[]): number[] => [
  ...i32(0),
  ...i32(at),
  ...STORE,
  ...i32(4),
  ...length,
  ...STORE,
]
/** Calls `function` on descriptor `fd` with one vector, dropping the error number. */
const transfer = (index: number, fd: number): number[] => [
  ...i32(fd),
  ...i32(0),
  ...i32(1),
  ...i32(ANSWER_AT),
  ...call(index),
  DROP,
]

/** Prints `text` on descriptor `fd` (1 unless told) and returns. */
export function printing(text: string, fd = 1): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text)
  return buildModule({
    imports: [FD_WRITE],
    functions: [{ exportAs: '_start', code: [...vector(TEXT_AT, i32(bytes.length)), ...transfer(0, fd)] }],
    data: [dataAt(TEXT_AT, bytes)],
  })
}

/** Copies standard input (at most 4 KiB) to standard output. */
export const echoing = buildModule({
  imports: [FD_WRITE, FD_READ],
  functions: [
    {
      exportAs: '_start',
      code: [
        ...vector(TEXT_AT, i32(4096)),
        ...transfer(1, 0),
        ...vector(TEXT_AT, [...i32(ANSWER_AT), ...LOAD]),
        ...transfer(0, 1),
      ],
    },
  ],
})

export function exiting(code: number): Uint8Array<ArrayBuffer> {
  return buildModule({
    imports: [PROC_EXIT],
    functions: [{ exportAs: '_start', code: [...i32(code), ...call(0)] }],
  })
}

export const trapping = buildModule({ functions: [{ exportAs: '_start', code: [0x00] }] })

/** Never ends, touches nothing. */
export const endless = buildModule({
  functions: [{ exportAs: '_start', code: [...LOOP, ...BRANCH(0), END] }],
})

/** Prints 4 KiB over and over. */
export const flooding = buildModule({
  imports: [FD_WRITE],
  functions: [
    {
      exportAs: '_start',
      code: [...vector(TEXT_AT, i32(4096)), ...LOOP, ...transfer(0, 1), ...BRANCH(0), END],
    },
  ],
})

/** Counts to `rounds` and returns. */
export function counting(rounds: bigint): Uint8Array<ArrayBuffer> {
  return buildModule({
    functions: [
      {
        exportAs: '_start',
        locals: [I64],
        code: [
          ...LOOP,
          ...[...get(0), ...i64(1n), 0x7c, ...set(0)],
          ...[...get(0), ...i64(rounds), 0x54, ...BRANCH_IF(0)],
          END,
        ],
      },
    ],
  })
}

/** Calls itself without end. */
export const recursing = buildModule({
  functions: [{ exportAs: '_start', code: [...call(0)] }],
})

/** Grows its memory by 16 pages at a time, writing to each piece, until it is refused; then exits with 3. */
export const hoarding = buildModule({
  imports: [PROC_EXIT],
  functions: [
    {
      exportAs: '_start',
      locals: [I32],
      code: [
        ...BLOCK,
        ...LOOP,
        ...[...i32(16), 0x40, 0, ...set(0)],
        ...[...get(0), ...i32(-1), 0x46, ...BRANCH_IF(1)],
        ...[...get(0), ...i32(16), 0x74, ...i32(7), ...STORE],
        ...BRANCH(0),
        END,
        END,
        ...[...i32(3), ...call(0)],
      ],
    },
  ],
})

/** Reports a quarter of its work done, then never ends. */
export const reporting = buildModule({
  imports: [{ module: 'powerswarm', name: 'progress', params: [F64] }],
  functions: [{ exportAs: '_start', code: [...f64(0.25), ...call(0), ...LOOP, ...BRANCH(0), END] }],
})

/** Asks the host for something it does not offer. */
export const overreaching = buildModule({
  imports: [{ module: 'env', name: 'open_socket', results: [I32] }],
  functions: [{ exportAs: '_start', code: [...call(0), DROP] }],
})

const PATH_OPEN = {
  module: WASI,
  name: 'path_open',
  params: [I32, I32, I32, I32, I32, I64, I64, I32, I32],
  results: [I32],
}
const IN = 3
const OUT = 4
const RIGHT_TO_READ = 2n
const RIGHT_TO_WRITE = 64n
const CREATE = 1
const NAME_AT = 32

/** Opens the file whose one-letter name is at `NAME_AT` (+1 in /out); its descriptor goes to `ANSWER_AT`. */
const openFile = (fd: number, nameAt: number, flags: number, rights: bigint): number[] => [
  ...[...i32(fd), ...i32(0), ...i32(nameAt), ...i32(1), ...i32(flags), ...i64(rights), ...i64(0n)],
  ...[...i32(0), ...i32(ANSWER_AT), ...call(2), DROP],
]
/** The descriptor that was opened last, kept in local 0 while `ANSWER_AT` is used again. */
const opened = [...i32(ANSWER_AT), ...LOAD, ...set(0)]

/** Copies the file `a` in /in (at most 4 KiB) to `b` in /out, then does what `after` says. */
export function copyingFiles(after: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const transferOpened = (index: number): number[] => [
    ...[...get(0), ...i32(0), ...i32(1), ...i32(ANSWER_AT), ...call(index), DROP],
  ]
  return buildModule({
    imports: [FD_WRITE, FD_READ, PATH_OPEN],
    functions: [
      {
        exportAs: '_start',
        locals: [I32],
        code: [
          ...[...openFile(IN, NAME_AT, 0, RIGHT_TO_READ), ...opened],
          ...[...vector(TEXT_AT, i32(4096)), ...transferOpened(1)],
          ...vector(TEXT_AT, [...i32(ANSWER_AT), ...LOAD]),
          ...[...openFile(OUT, NAME_AT + 1, CREATE, RIGHT_TO_WRITE), ...opened],
          ...[...transferOpened(0), ...after],
        ],
      },
    ],
    data: [dataAt(NAME_AT, new TextEncoder().encode('ab'))],
  })
}
