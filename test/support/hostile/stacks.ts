import { buildModule, call, get, i32, I32, I64, V128, FUNCREF, type TestModule } from '../wasm-builder.ts'
import {
  ask,
  branchTable,
  callIndirect,
  DROP,
  elementsAt,
  END,
  FD_WRITE,
  repeat,
  wasi,
} from '../wasm-code.ts'
import { HARMLESS, TOO_DEEP, type HostileModule } from './hostile-module.ts'

const deep = (name: string, module: TestModule): HostileModule => ({
  name,
  build: () => buildModule(module),
  end: TOO_DEEP,
})
const start = (code: readonly number[], locals: readonly number[] = []): TestModule => ({
  functions: [{ exportAs: '_start', locals, code }],
})
const many = (count: number, type: number): number[] => repeat(count, [type])
/** V8 takes no function with more parameters. */
const PARAMETERS = 1000

/** Modules that recurse without end, each with another kind of frame. */
export const STACKS: readonly HostileModule[] = [
  deep('calls itself', start(call(0))),
  deep('calls itself and uses what comes back', {
    functions: [
      { params: [I32], results: [I32], code: [...get(0), ...get(0), ...i32(1), 0x6a, ...call(0), 0x6a] },
      { exportAs: '_start', code: [...i32(0), ...call(0), DROP] },
    ],
  }),
  deep('calls each other', { functions: [{ code: call(1) }, { exportAs: '_start', code: call(0) }] }),
  deep('calls itself through a table', {
    functions: [{ exportAs: '_start', code: [...i32(0), ...callIndirect(0)] }],
    tables: [[FUNCREF, 0, 1]],
    elements: [elementsAt(0, [0])],
  }),
  deep(
    'calls itself out of a branch table',
    start([0x02, 0x40, 0x02, 0x40, ...i32(0), ...branchTable(0, 1), END, ...call(0), END]),
  ),
  deep(
    'calls itself with a thousand locals',
    start([...call(0), ...repeat(1000, [0x20, 0, DROP])], many(1000, I64)),
  ),
  deep('calls itself with ten thousand locals', start(call(0), many(10_000, I64))),
  deep('calls itself with five hundred vectors', start(call(0), many(500, V128))),
  deep('calls itself with a thousand arguments', {
    functions: [
      {
        params: many(PARAMETERS, I64),
        code: [...Array.from({ length: PARAMETERS }, (_, i) => get(i)).flat(), ...call(0)],
      },
      { exportAs: '_start', code: [...repeat(PARAMETERS, [0x42, 1]), ...call(0)] },
    ],
  }),
  deep('calls itself with a thousand results', {
    functions: [
      { results: many(PARAMETERS, I64), code: call(0) },
      { exportAs: '_start', code: [...call(0), ...repeat(PARAMETERS, [DROP])] },
    ],
  }),
  deep('calls itself above five thousand waiting operands', {
    functions: [
      {
        results: [I32],
        code: [...repeat(5000, get0AddOne()), ...call(0), ...repeat(5000, [0x6a])],
        locals: [I32],
      },
      { exportAs: '_start', code: [...call(0), DROP] },
    ],
  }),
  deep('calls a leaf of 150 KiB from every depth', {
    functions: [
      { code: [], locals: many(10_000, V128) },
      { exportAs: '_start', code: [...call(0), ...call(1)] },
    ],
  }),
  deep('prints at every depth', {
    imports: [FD_WRITE],
    functions: [{ exportAs: '_start', code: [...ask(0, 2, 0, 1, 8), ...call(1)] }],
  }),
  deep('polls ten clocks at every depth', {
    imports: [wasi('poll_oneoff', 'iiii')],
    memory: [0, 4],
    functions: [{ exportAs: '_start', code: [...ask(0, 0, 65_536, 10, 0), ...call(1)] }],
  }),
  deep('takes random bytes at every depth', {
    imports: [wasi('random_get', 'ii')],
    functions: [{ exportAs: '_start', code: [...ask(0, 0, 256), ...call(1)] }],
  }),
  {
    name: 'stays just within the stack, again and again',
    build: () =>
      buildModule({
        functions: [
          {
            params: [I32],
            code: [...get(0), 0x45, 0x04, 0x40, 0x0f, END, ...get(0), ...i32(1), 0x6b, ...call(0)],
          },
          { exportAs: '_start', code: repeat(20, [...i32(1000), ...call(0)]) },
        ],
      }),
    end: HARMLESS,
  },
]

function get0AddOne(): number[] {
  return [...get(0), ...i32(1), 0x6a]
}
