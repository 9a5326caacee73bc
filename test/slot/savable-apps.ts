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

/** Apps for checkpoints: what they compute goes through locals, globals, memory, the stack and WASI. */

const END = 0x0b
const DROP = 0x1a
const LOOP = [0x03, 0x40]
const LOAD64 = [0x29, 3, 0]
const STORE64 = [0x37, 3, 0]
const [ADD64, XOR64, MUL64, LESS64] = [0x7c, 0x85, 0x7e, 0x54]
const globalGet = (index: number): number[] => [0x23, index]
const globalSet = (index: number): number[] => [0x24, index]
const WASI = 'wasi_snapshot_preview1'
const FD_WRITE = { module: WASI, name: 'fd_write', params: [I32, I32, I32, I32], results: [I32] }
const RANDOM_GET = { module: WASI, name: 'random_get', params: [I32, I32], results: [I32] }
const PROGRESS = { module: 'powerswarm', name: 'progress', params: [F64] }
const [WRITE, RANDOM, REPORT, STEP] = [0, 1, 2, 3]

/** Prints the eight bytes at 64. */
const print = [
  ...[...i32(0), ...i32(64), 0x36, 2, 0, ...i32(4), ...i32(8), 0x36, 2, 0],
  ...[...i32(1), ...i32(0), ...i32(1), ...i32(16), ...call(WRITE), DROP],
]

/**
 * `rounds` times: takes random bytes, mixes them with memory and globals in an inner loop of `inner` steps, in a function
 * of its own that a table leads to, prints eight bytes. `memory` pages are grown one by one and written to. `ending` is
 * executed at last.
 */
export function mixing(
  rounds: bigint,
  { inner = 2_000n, ending = [] as readonly number[], memoryPages = 4n } = {},
): Uint8Array<ArrayBuffer> {
  return buildModule({
    imports: [FD_WRITE, RANDOM_GET, PROGRESS],

    tables: [[0x70, 0, 1]],
    elements: [[0, ...i32(0), END, 1, STEP]],
    globals: [
      [I64, 1, ...i64(0x1234_5678_9abcn), END],
      [F64, 1, ...f64(0.5), END],
    ],
    functions: [
      {
        // Mixes: parameter 0 is the round; local 1 counts, local 2 is the value, local 3 counts the steps of a round.
        params: [I64],
        results: [I64],
        locals: [I64, I64, I64],
        code: [
          ...LOOP,
          ...[...get(0), ...set(3), ...LOOP],
          ...[...get(2), ...get(1), XOR64, ...i64(0x1_0000_01b3n), MUL64, ...globalGet(0), ADD64, ...set(2)],
          ...[...i32(256), ...get(1), 0xa7, ...i32(511), 0x71, ...i32(3), 0x74, 0x6a],
          ...[...get(2), ...STORE64],
          ...[...get(1), ...i64(1n), ADD64, ...set(1)],
          ...[...get(3), ...i64(1n), ADD64, ...set(3)],
          ...[...get(3), ...get(0), ...i64(32n), ADD64, LESS64, 0x0d, 0],
          END,
          ...[...get(1), ...i64(inner), LESS64, 0x0d, 0],
          END,
          ...[...get(2), ...globalSet(0)],
          ...[...get(2), ...get(0), XOR64],
        ],
      },
      {
        exportAs: '_start',
        locals: [I64],
        code: [
          ...LOOP,
          ...[...i32(64), ...i32(8), ...call(RANDOM), DROP],
          ...[...i32(64), ...i32(64), ...LOAD64],
          ...[...get(0), ...i32(0), 0x11, ...unsigned(STEP), 0],
          ...[XOR64, ...STORE64, ...print],
          ...[...globalGet(1), ...f64(1.0000001), 0xa2, ...globalSet(1), ...globalGet(1), ...call(REPORT)],
          ...[...get(0), ...i64(memoryPages), LESS64, 0x04, 0x40],
          ...[...i32(1), 0x40, 0, ...i32(16), 0x74, ...get(0), ...STORE64, END],
          ...[...get(0), ...i64(1n), ADD64, ...set(0)],
          ...[...get(0), ...i64(rounds), LESS64, 0x0d, 0],
          END,
          ...ending,
        ],
      },
    ],
  })
}

const PATH_OPEN = {
  module: WASI,
  name: 'path_open',
  params: [I32, I32, I32, I32, I32, I64, I64, I32, I32],
  results: [I32],
}
const READDIR = { module: WASI, name: 'fd_readdir', params: [I32, I32, I32, I64, I32], results: [I32] }

/**
 * `rounds` times: appends eight bytes to the file `b` in /out, which stays open, lists that folder, and looks at the file
 * `a` in /in.
 */
export function filing(rounds: bigint): Uint8Array<ArrayBuffer> {
  const [OPEN, LIST] = [1, 2]
  const [IN, OUT, CREATE] = [3, 4, 1]
  const open = (fd: number, nameAt: number, flags: number, rights: bigint): number[] => [
    ...[...i32(fd), ...i32(0), ...i32(nameAt), ...i32(1), ...i32(flags), ...i64(rights), ...i64(0n)],
    ...[...i32(0), ...i32(24), ...call(OPEN), DROP],
  ]
  return buildModule({
    imports: [FD_WRITE, PATH_OPEN, READDIR],
    functions: [
      {
        exportAs: '_start',
        locals: [I64, I32],
        code: [
          ...open(OUT, 33, CREATE, 64n),
          ...[...i32(24), 0x28, 2, 0, ...set(1)],
          ...LOOP,
          ...[...i32(64), ...get(0), ...STORE64],
          ...[...i32(0), ...i32(64), 0x36, 2, 0, ...i32(4), ...i32(8), 0x36, 2, 0],
          ...[...get(1), ...i32(0), ...i32(1), ...i32(16), ...call(WRITE), DROP],
          ...[...i32(OUT), ...i32(128), ...i32(1024), ...i64(0n), ...i32(16), ...call(LIST), DROP],
          // Opened anew each time: descriptors run out, and then nothing more happens.
          ...open(IN, 32, 0, 2n),
          ...[...get(0), ...i64(1n), ADD64, ...set(0)],
          ...[...get(0), ...i64(rounds), LESS64, 0x0d, 0],
          END,
        ],
      },
    ],
    data: [[0, ...i32(32), END, 2, 0x61, 0x62]],
  })
}

/** A number of the recursive kind: no point in it is safe. */
export const recursingDeep = buildModule({
  functions: [
    {
      params: [I32],
      results: [I32],
      code: [
        ...[...get(0), ...i32(2), 0x48, 0x04, 0x7f, ...get(0), 0x05],
        ...[...get(0), ...i32(1), 0x6b, ...call(0), ...get(0), ...i32(2), 0x6b, ...call(0), 0x6a, END],
      ],
    },
    { exportAs: '_start', code: [...i32(60), ...call(0), DROP] },
  ],
})

/** `rounds` times: calls a function that calls itself fifty times. How often is a local, and so part of a snapshot. */
export function deepening(rounds: number): Uint8Array<ArrayBuffer> {
  return buildModule({
    functions: [
      {
        params: [I32],
        code: [...get(0), 0x04, 0x40, ...get(0), ...i32(1), 0x6b, ...call(0), END],
      },
      {
        exportAs: '_start',
        locals: [I32, I32],
        code: [
          ...[...i32(50), ...set(1)],
          ...LOOP,
          ...[...get(1), ...call(0), ...get(0), ...i32(1), 0x6a, ...set(0)],
          ...[...get(0), ...i32(rounds), 0x49, 0x0d, 0],
          END,
        ],
      },
    ],
  })
}

/** Fills its memory with what does not compress to nothing, then works for minutes, with safe points all along. */
export function filling(pages: number): Uint8Array<ArrayBuffer> {
  const end = pages * 65_536
  return buildModule({
    memory: [0, ...unsigned(pages)],
    functions: [
      {
        exportAs: '_start',
        locals: [I32, I64],
        code: [
          ...LOOP,
          ...[...get(1), ...i64(0x1_0000_01b3n), MUL64, ...i64(0x9e37n), ADD64, ...set(1)],
          ...[...get(0), ...get(1), ...STORE64, ...get(0), ...i32(8), 0x6a, ...set(0)],
          ...[...get(0), ...i32(end), 0x49, 0x0d, 0],
          END,
          ...LOOP,
          ...[...i32(0), ...set(0), ...LOOP],
          ...[...get(0), ...i32(1), 0x6a, ...set(0), ...get(0), ...i32(20_000), 0x49, 0x0d, 0],
          END,
          ...[0x0c, 0, END],
        ],
      },
    ],
  })
}

/** Loops over recursion: long stretches without a safe point, then one. */
export const loopingOverRecursion = buildModule({
  functions: [
    {
      params: [I32],
      results: [I32],
      code: [
        ...[...get(0), ...i32(2), 0x48, 0x04, 0x7f, ...get(0), 0x05],
        ...[...get(0), ...i32(1), 0x6b, ...call(0), ...get(0), ...i32(2), 0x6b, ...call(0), 0x6a, END],
      ],
    },
    {
      exportAs: '_start',
      locals: [I32],
      code: [
        ...LOOP,
        ...[...i32(45), ...call(0), DROP, ...get(0), ...i32(1), 0x6a, ...set(0)],
        ...[...get(0), ...i32(100), 0x48, 0x0d, 0],
        END,
      ],
    },
  ],
})
