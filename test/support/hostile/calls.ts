import { WASI_NAMES, importType } from '../../../src-main/toolchain/wasi-names.ts'
import { buildModule, call, F64, f64, i32, i64, I64, type TestModule } from '../wasm-builder.ts'
import {
  ask,
  dataAt,
  DROP,
  FD_WRITE,
  forever,
  PROC_EXIT,
  repeat,
  store32,
  wasi,
  type WasiImport,
} from '../wasm-code.ts'
import { ENDLESS, HARMLESS, type HostileEnd, type HostileModule } from './hostile-module.ts'

const WASI = 'wasi_snapshot_preview1'
const PAGES_16_MIB = [0, 0x80, 0x02]

const hostile = (name: string, end: HostileEnd, build: () => TestModule): HostileModule => ({
  name,
  build: () => buildModule(build()),
  end,
})
const doing = (
  imports: readonly WasiImport[],
  code: readonly number[],
  more: TestModule = {},
): TestModule => ({
  ...more,
  imports,
  functions: [{ exportAs: '_start', code }],
})
/** Vector `index`, at 8 bytes each from 0, := (at, length). */
const vector = (index: number, at: number, length: number): number[] => [
  ...store32(8 * index, i32(at)),
  ...store32(8 * index + 4, i32(length)),
]

/** Every WASI call but the one that ends, each with the same number in every place. */
const everyCallWith = (value: number): TestModule => {
  const imports = WASI_NAMES.filter((name) => name !== 'proc_exit').map((name) => {
    const { params, results } = importType(WASI, name) ?? { params: [], results: [] }
    return { module: WASI, name, params, results }
  })
  const code = imports.flatMap(({ params }, index) => [
    ...params.flatMap((type) => (type === I64 ? i64(BigInt(value)) : i32(value))),
    ...call(index),
    DROP,
  ])
  return doing(imports, [...code, ...code])
}

/** Modules that keep their host busy, or try to confuse it. */
export const CALLS: readonly HostileModule[] = [
  hostile('floods its output', { outcome: 'output-too-large' }, () =>
    doing([FD_WRITE], [...vector(0, 64, 4096), ...forever(...ask(0, 1, 0, 1, 32))]),
  ),
  hostile('prints 1 MiB at once', { outcome: 'output-too-large' }, () =>
    doing([FD_WRITE], [...vector(0, 0, 1024 * 1024), ...ask(0, 1, 0, 1, 32)], { memory: PAGES_16_MIB }),
  ),
  hostile('floods its standard error', ENDLESS, () =>
    doing([FD_WRITE], [...vector(0, 64, 4096), ...forever(...ask(0, 2, 0, 1, 32))]),
  ),
  hostile('prints nothing without end', ENDLESS, () => doing([FD_WRITE], forever(...ask(0, 1, 0, 0, 32)))),
  {
    ...hostile('prints a thousand empty pieces without end', ENDLESS, () =>
      doing([FD_WRITE], forever(...ask(0, 1, 0, 1024, 32_768))),
    ),
    unit: { maxFuel: 5_000_000n },
  },
  hostile('prints more pieces than fit', HARMLESS, () => doing([FD_WRITE], ask(0, 1, 0, -1, 32))),
  hostile('reads nothing without end', ENDLESS, () =>
    doing([wasi('fd_read', 'iiii')], [...vector(0, 64, 4096), ...forever(...ask(0, 0, 0, 1, 32))]),
  ),
  hostile('asks for the time without end', ENDLESS, () =>
    doing([wasi('clock_time_get', 'iIi')], forever(...i32(0), ...i64(0n), ...i32(8), ...call(0), DROP)),
  ),
  hostile('sleeps without end', ENDLESS, () =>
    doing([wasi('poll_oneoff', 'iiii')], forever(...ask(0, 0, 64, 1, 32)), {
      // One clock subscription: monotonic, 100 years.
      data: [dataAt(16, [1]), dataAt(24, [0, 0, 0xd8, 0x72, 0x10, 0x75, 0xca, 0x2b])],
    }),
  ),
  hostile('polls a thousand clocks without end', ENDLESS, () =>
    doing([wasi('poll_oneoff', 'iiii')], forever(...ask(0, 0, 65_536, 1000, 0)), { memory: [0, 4] }),
  ),
  hostile('takes 16 MiB of random bytes without end', ENDLESS, () =>
    doing([wasi('random_get', 'ii')], forever(...ask(0, 0, 16 * 1024 * 1024)), { memory: PAGES_16_MIB }),
  ),
  hostile('takes no random bytes without end', ENDLESS, () =>
    doing([wasi('random_get', 'ii')], forever(...ask(0, 0, 0))),
  ),
  hostile('yields without end', ENDLESS, () => doing([wasi('sched_yield', '')], forever(...ask(0)))),
  hostile('raises signals without end', ENDLESS, () =>
    doing([wasi('proc_raise', 'i')], forever(...ask(0, 9))),
  ),
  hostile('closes and renumbers its streams, then prints', HARMLESS, () =>
    doing(
      [wasi('fd_close', 'i'), wasi('fd_renumber', 'ii'), FD_WRITE],
      [...ask(1, 2, 1), ...ask(0, 0), ...ask(0, 1), ...ask(0, 1), ...ask(2, 1, 0, 1, 32)],
    ),
  ),
  hostile('reports progress that is none, without end', ENDLESS, () => ({
    imports: [{ module: 'powerswarm', name: 'progress', params: [F64] }],
    functions: [
      {
        exportAs: '_start',
        code: forever(...[Number.NaN, Infinity, -1, 1e300].flatMap((value) => [...f64(value), ...call(0)])),
      },
    ],
  })),
  hostile(
    'leaves with 256, which must not fold onto success',
    { outcome: 'exit-nonzero', exitCode: 255 },
    () => doing([PROC_EXIT], [...i32(256), ...call(0)]),
  ),
  hostile('leaves with −1', { outcome: 'exit-nonzero', exitCode: 255 }, () =>
    doing([PROC_EXIT], [...i32(-1), ...call(0)]),
  ),
  hostile('gives every call −1 everywhere', HARMLESS, () => everyCallWith(-1)),
  hostile('gives every call the end of its memory everywhere', HARMLESS, () => everyCallWith(65_535)),
  hostile('gives every call 0 everywhere', HARMLESS, () => everyCallWith(0)),
  hostile('gives every call 1 everywhere', HARMLESS, () => everyCallWith(1)),
  hostile('gives every call 2 GiB everywhere', HARMLESS, () => everyCallWith(-0x8000_0000)),
  hostile('imports one call ten thousand times', HARMLESS, () =>
    doing(
      repeat(10_000, [0]).map(() => FD_WRITE),
      ask(9_999, 2, 0, 0, 32),
    ),
  ),
]
