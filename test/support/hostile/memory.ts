import { buildModule, call, get, i32, I32, set, FUNCREF, type TestModule } from '../wasm-builder.ts'
import {
  block,
  branch,
  branchIf,
  callIndirect,
  dataAt,
  DROP,
  elementsAt,
  forever,
  loop,
  memoryCopy,
  memoryFill,
  memoryGrow,
  passiveData,
  PROC_EXIT,
  repeat,
  UNREACHABLE,
} from '../wasm-code.ts'
import { ENDLESS, HARMLESS, REFUSED, TRAP, type HostileEnd, type HostileModule } from './hostile-module.ts'

const hostile = (name: string, end: HostileEnd, module: TestModule | (() => TestModule)): HostileModule => ({
  name,
  build: () => buildModule(typeof module === 'function' ? module() : module),
  end,
})
const start = (
  code: readonly number[],
  more: TestModule = {},
  locals: readonly number[] = [],
): TestModule => ({
  ...more,
  functions: [{ exportAs: '_start', locals, code }],
})
const PAGES_16_MIB = [0x80, 0x02]
const full = { memory: [0, ...PAGES_16_MIB] }
const LENGTH = 16 * 1024 * 1024
const memoryInit = [0xfc, 0x08, 0, 0]
const dataDrop = [0xfc, 0x09, 0]
const tableInit = [0xfc, 0x0c, 0, 0]
const elementDrop = [0xfc, 0x0d, 0]
const tableCopy = [0xfc, 0x0e, 0, 0]
const tableGrow = [0xfc, 0x0f, 0]
const tableFill = [0xfc, 0x11, 0]
const NULL = [0xd0, FUNCREF]
const TABLE_100000 = [FUNCREF, 0, 0xa0, 0x8d, 0x06]
const passiveElements = (count: number): number[] => [
  1,
  0,
  ...[(count & 0x7f) | 0x80, count >> 7],
  ...repeat(count, [0]),
]

/** Grows by `pages` until it is refused, then runs `then`. */
const growUntilRefused = (pages: number, then: readonly number[]): number[] => [
  ...block(...forever(...i32(pages), ...memoryGrow, ...i32(-1), 0x46, ...branchIf(1))),
  ...then,
]
const exits = (code: readonly number[]): TestModule => ({ ...start(code), imports: [PROC_EXIT] })
const leave = [...i32(3), ...call(0)]
const LEFT = { outcome: 'exit-nonzero', exitCode: 3 } as const

/** Modules that want more memory, tables or time in bulk operations than they may have. */
export const MEMORY: readonly HostileModule[] = [
  hostile('starts with more memory than allowed', REFUSED, { memory: [0, 0x81, 0x02] }),
  hostile('starts with all of 32 bits', REFUSED, { memory: [0, 0x80, 0x80, 0x04] }),
  hostile('grows until it is refused and leaves', LEFT, exits(growUntilRefused(1, leave))),
  hostile('grows by 2 GiB at once', LEFT, exits(growUntilRefused(32_768, leave))),
  hostile('grows by −1 page', LEFT, exits(growUntilRefused(-1, leave))),
  hostile('grows until it is refused and traps', TRAP, start(growUntilRefused(16, [UNREACHABLE]))),
  hostile(
    'goes on asking for memory that it never gets',
    ENDLESS,
    start(forever(...i32(300), ...memoryGrow, DROP)),
  ),
  hostile('grows by nothing without end', ENDLESS, start(forever(...i32(0), ...memoryGrow, DROP))),
  hostile(
    'touches every page of its memory without end',
    ENDLESS,
    start(
      forever(
        ...get(0),
        ...i32(1),
        0x36,
        2,
        0,
        ...get(0),
        ...i32(4096),
        0x6a,
        ...i32(LENGTH - 1),
        0x71,
        ...set(0),
      ),
      full,
      [I32],
    ),
  ),
  hostile('stores beyond its memory', TRAP, start([...i32(-4), ...i32(1), 0x36, 2, 0])),
  hostile(
    'loads with an offset beyond its memory',
    TRAP,
    start([...i32(-1), 0x28, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, DROP]),
  ),
  hostile('places data beyond its memory', TRAP, start([], { data: [dataAt(65_535, [1, 2])] })),
  hostile('places 4 MB of data into 64 KiB', TRAP, () =>
    start([], { data: [dataAt(0, new Uint8Array(4_000_000))] }),
  ),
  hostile('carries 4 MB of data that it never uses', HARMLESS, () =>
    start([], { data: [passiveData(new Uint8Array(4_000_000))], hasDataCount: true }),
  ),
  hostile(
    'places functions beyond its table',
    TRAP,
    start([], { tables: [[FUNCREF, 0, 1]], elements: [elementsAt(1, [0])] }),
  ),

  hostile(
    'fills 16 MiB without end',
    ENDLESS,
    start(forever(...i32(0), ...i32(7), ...i32(LENGTH), ...memoryFill), full),
  ),
  hostile(
    'copies 16 MiB over itself without end',
    ENDLESS,
    start(forever(...i32(1), ...i32(0), ...i32(LENGTH - 1), ...memoryCopy), full),
  ),
  hostile(
    'fills nothing without end',
    ENDLESS,
    start(forever(...i32(0), ...i32(0), ...i32(0), ...memoryFill)),
  ),
  hostile('fills 4 GiB', TRAP, start([...i32(0), ...i32(0), ...i32(-1), ...memoryFill])),
  hostile('copies out data without end', ENDLESS, () =>
    start(forever(...i32(0), ...i32(0), ...i32(60_000), ...memoryInit), {
      data: [passiveData(new Uint8Array(60_000))],
      hasDataCount: true,
    }),
  ),
  hostile(
    'drops data without end',
    ENDLESS,
    start(forever(...dataDrop), { data: [passiveData([1])], hasDataCount: true }),
  ),

  hostile('starts with a table of 100,001', REFUSED, { tables: [[FUNCREF, 0, 0xa1, 0x8d, 0x06]] }),
  hostile('starts with 17 tables', REFUSED, { tables: repeat(17, [0]).map(() => [FUNCREF, 0, 1]) }),
  hostile('grows a table until it is refused', LEFT, {
    ...exits([
      ...block(...forever(...NULL, ...i32(5000), ...tableGrow, ...i32(-1), 0x46, ...branchIf(1))),
      ...leave,
    ]),
    tables: [[FUNCREF, 0, 1]],
  }),
  hostile('grows a table by four billion', ENDLESS, {
    ...start([...NULL, ...i32(-1), ...tableGrow, DROP]),
    tables: [[FUNCREF, 0, 1]],
  }),
  hostile(
    'fills a table without end',
    ENDLESS,
    start(forever(...i32(0), ...NULL, ...i32(100_000), ...tableFill), { tables: [TABLE_100000] }),
  ),
  hostile(
    'copies a table over itself without end',
    ENDLESS,
    start(forever(...i32(1), ...i32(0), ...i32(99_999), ...tableCopy), { tables: [TABLE_100000] }),
  ),
  hostile(
    'copies functions into a table without end',
    ENDLESS,
    start(forever(...i32(0), ...i32(0), ...i32(10_000), ...tableInit), {
      tables: [TABLE_100000],
      elements: [passiveElements(10_000)],
    }),
  ),
  hostile(
    'drops functions without end',
    ENDLESS,
    start(forever(...elementDrop), { elements: [passiveElements(200)] }),
  ),
  hostile(
    'calls an empty place of a table',
    TRAP,
    start([...i32(0), ...callIndirect(0)], { tables: [[FUNCREF, 0, 1]] }),
  ),
  hostile(
    'calls beyond a table',
    TRAP,
    start([...i32(-1), ...callIndirect(0)], { tables: [[FUNCREF, 0, 1]] }),
  ),
  hostile('calls a function by another type', TRAP, {
    ...start([...i32(0), ...callIndirect(1), DROP], {
      tables: [[FUNCREF, 0, 1]],
      elements: [elementsAt(0, [0])],
    }),
    extraTypes: [{ results: [I32] }],
  }),
  hostile('divides by nothing', TRAP, start([...i32(1), ...i32(0), 0x6d, DROP])),
  hostile('turns infinity into a number', TRAP, start([0x43, 0, 0, 0x80, 0x7f, 0xa8, DROP])),
  hostile(
    'loops over a memory operation that traps late',
    TRAP,
    start(
      [...loop(...get(0), ...get(0), 0x36, 2, 0, ...get(0), ...i32(1024), 0x6a, ...set(0), ...branch(0))],
      {},
      [I32],
    ),
  ),
]
