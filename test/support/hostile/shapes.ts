import {
  buildModule,
  call,
  get,
  i32,
  I32,
  I64,
  set,
  FUNCREF,
  unsigned,
  type TestModule,
} from '../wasm-builder.ts'
import { block, branchIf, branchTable, DROP, END, forever, loop, repeat, wasi } from '../wasm-code.ts'
import {
  ENDLESS,
  HARMLESS,
  MALFORMED,
  REFUSED,
  type HostileEnd,
  type HostileModule,
} from './hostile-module.ts'

const hostile = (name: string, end: HostileEnd, build: () => TestModule): HostileModule => ({
  name,
  build: () => buildModule(build()),
  end,
})
const start = (code: readonly number[], locals: readonly number[] = []): TestModule => ({
  functions: [{ exportAs: '_start', locals, code }],
})
const importing = (module: string, name: string): HostileModule =>
  hostile(`imports ${module}.${name}`, REFUSED, () => ({ imports: [{ module, name, results: [I32] }] }))
/** A module whose one import is this descriptor behind the names `env` and `x`. */
const importingA = (what: string, descriptor: readonly number[]): HostileModule => ({
  name: `imports ${what}`,
  build: () => {
    const entry = [1, 3, 0x65, 0x6e, 0x76, 1, 0x78, ...descriptor]
    return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, entry.length, ...entry])
  },
  end: REFUSED,
})
const nest = (depth: number, opening: readonly number[], middle: readonly number[] = []): number[] => [
  ...repeat(depth, opening),
  ...middle,
  ...repeat(depth, [END]),
]
const smallLoop = loop(...get(0), ...get(1), 0x6a, 0x22, 0, ...branchIf(0))
const nestedLoops = (depth: number): number[] => [
  ...repeat(depth, [0x03, 0x40, ...get(0), ...get(1), 0x6c, ...set(0)]),
  ...repeat(depth, [...get(1), 0x0d, 0, END]),
]
const exporting = (name: string, kind: number): HostileModule =>
  hostile(`exports ${kind === 3 ? 'a global' : 'a function'} as ${name}`, REFUSED, () => ({
    globals: [[I64, 1, 0x42, 0, END]],
    exports: [[name, kind, 0]],
  }))

/** Modules that ask for more than the ABI, and modules that are hard on whoever reads and compiles them. */
export const SHAPES: readonly HostileModule[] = [
  importing('env', 'open_socket'),
  importing('wasi_unstable', 'fd_write'),
  importing('wasi_snapshot_preview1', 'path_exec'),
  importing('wasi_snapshot_preview1', '__proto__'),
  importing('wasi_snapshot_preview1', 'constructor'),
  importing('wasi:sockets/tcp@0.2.0', 'connect'),
  importing('wasm:js-string', 'length'),
  importing('powerswarm', 'eval'),
  importing('powerswarm:meter', 'tick'),
  importing('', ''),
  importingA('a memory', [2, 0, 1]),
  importingA('a shared memory', [2, 3, 1, 1]),
  importingA('a table', [1, FUNCREF, 0, 1]),
  importingA('a global', [3, I32, 0]),
  hostile('imports a WASI call by a type of its own', REFUSED, () => ({
    imports: [wasi('proc_exit', 'I', false)],
  })),
  exporting('powerswarm:fuel', 3),
  exporting('powerswarm:stack-overflow', 3),
  exporting('powerswarm:anything', 0),
  hostile('shows no memory', REFUSED, () => ({ memoryExport: '' })),
  hostile('shows a function as its memory', REFUSED, () => ({
    memoryExport: '',
    exports: [['memory', 0, 0]],
  })),
  hostile('has no memory', REFUSED, () => ({ memory: null })),
  hostile('has no _start', REFUSED, () => ({ functions: [{ code: [] }] })),
  hostile('has a _start that takes a value', REFUSED, () => ({
    functions: [{ exportAs: '_start', params: [I32], code: [] }],
  })),
  hostile('has an import as its _start', REFUSED, () => ({
    imports: [wasi('sched_yield', '')],
    functions: [],
    exports: [['_start', 0, 0]],
  })),
  hostile('runs before it is started', REFUSED, () => ({ ...start(forever()), start: 0 })),
  hostile('shares its memory', REFUSED, () => ({ memory: [3, 1, 1] })),
  hostile('has a memory of 64 bits', REFUSED, () => ({ memory: [4, 1] })),
  hostile('uses relaxed vectors', REFUSED, () =>
    start([...repeat(3, [0xfd, 0x0c, ...repeat(16, [0])]), 0xfd, 0x85, 0x02, DROP]),
  ),
  hostile('throws', REFUSED, () => start([0x06, 0x40, 0x19, END])),

  hostile('has a body of more than 256 KB', REFUSED, () => start(repeat(262_144, [0x01]))),
  hostile('has a loop of 488 KB', REFUSED, () =>
    start(forever(repeat(61_000, [...get(0), ...i32(3), 0x6c, ...set(0)])), [I32]),
  ),
  hostile('has a branch table of 2 MB', REFUSED, () =>
    start(block(...i32(0), 0x0e, unsigned(2_000_000), repeat(2_000_001, [0]))),
  ),
  hostile('has four branch tables of 60,000', HARMLESS, () =>
    start(repeat(4, block(...i32(9), ...branchTable(repeat(60_001, [0]))))),
  ),
  hostile('has 85,000 blocks in blocks', HARMLESS, () => start(nest(85_000, [0x02, 0x40]))),
  hostile('has 40,000 loops in loops', REFUSED, () => start(nest(40_000, [0x03, 0x40]))),
  hostile('has 3,000 loops in loops that all may go on', REFUSED, () => start(nestedLoops(3000), [I32, I32])),
  hostile('has 900 loops in loops that all may go on', HARMLESS, () => start(nestedLoops(900), [I32, I32])),
  hostile('has 8,000 loops behind each other', REFUSED, () => start(repeat(8000, smallLoop), [I32, I32])),
  hostile('has 1,000 loops behind each other', HARMLESS, () => start(repeat(1000, smallLoop), [I32, I32])),
  hostile('has ifs in ifs 20,000 deep', HARMLESS, () => start(nest(20_000, [...get(0), 0x04, 0x40]), [I32])),
  hostile('makes 20,000 calls in one function', REFUSED, () => start(repeat(20_000, call(0)))),
  hostile('makes 5,000 calls in one function', ENDLESS, () => start(repeat(5000, call(0)))),
  hostile('keeps 9,000 locals through 5,000 branches', REFUSED, () =>
    start(repeat(5000, block(...get(0), ...branchIf(0))), repeat(9000, [I32])),
  ),
  hostile('has 50,001 locals', MALFORMED, () => start([], repeat(50_001, [I32]))),
  hostile('says it has four billion locals', MALFORMED, () => ({
    functions: [{ exportAs: '_start', code: [] }],
    rawSections: [[10, [1, 9, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, I32, END]]],
  })),
  hostile('has 100,000 functions', HARMLESS, () => ({
    functions: [{ exportAs: '_start', code: [] }, ...repeat(99_999, [0]).map(() => ({ code: [] }))],
  })),
  hostile('calls two hundred functions with loops, one after the other', ENDLESS, () => ({
    functions: [
      ...repeat(200, [0]).map(() => ({
        params: [I32],
        results: [I32],
        code: [
          ...loop(repeat(400, [...get(0), ...i32(3), 0x6c, ...set(0)]), ...i32(0), ...branchIf(0)),
          ...get(0),
        ],
      })),
      {
        exportAs: '_start',
        code: forever(...Array.from({ length: 200 }, (_, i) => [...i32(1), ...call(i), DROP]).flat()),
      },
    ],
  })),
  hostile('has 100,000 types', HARMLESS, () => ({
    extraTypes: repeat(100_000, [0]).map(() => ({ params: [I32, I64], results: [I32] })),
  })),
  hostile('has 100,000 globals', HARMLESS, () => ({
    globals: repeat(100_000, [0]).map(() => [I32, 1, 0x41, 0, END]),
  })),
  hostile('has 50,000 exports', HARMLESS, () => ({
    exports: Array.from({ length: 50_000 }, (_, i) => [`f${String(i)}`, 0, 0] as const),
  })),
  hostile('has 50,000 empty pieces of data', HARMLESS, () => ({
    data: repeat(50_000, [0]).map(() => [0, 0x41, 0, END, 0]),
  })),
  hostile('has one export twice', MALFORMED, () => ({
    exports: [
      ['twice', 0, 0],
      ['twice', 0, 0],
    ],
  })),
  hostile('has 200,000 custom sections', HARMLESS, () => ({
    rawSections: repeat(200_000, [0]).map(() => [0, [1, 0x61]] as const),
  })),
  hostile('has a custom section of 4 MB', HARMLESS, () => ({
    rawSections: [[0, [1, 0x61, ...repeat(4_000_000, [0])]]],
  })),
]
