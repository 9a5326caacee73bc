import { buildModule, call, get, i32, I32, set, FUNCREF, type TestModule } from '../wasm-builder.ts'
import {
  block,
  branch,
  branchIf,
  branchTable,
  callIndirect,
  DROP,
  elementsAt,
  END,
  forever,
  loop,
  repeat,
  returnCall,
} from '../wasm-code.ts'
import { ENDLESS, type HostileModule } from './hostile-module.ts'

const endless = (name: string, module: TestModule): HostileModule => ({
  name,
  build: () => buildModule(module),
  end: ENDLESS,
})
const start = (code: readonly number[], locals: readonly number[] = []): TestModule => ({
  functions: [{ exportAs: '_start', locals, code }],
})
const TYPED_LOOP = [0x03, 1]
const DIVIDE = 0x6d
const TAIL_INDIRECT = [0x13, 0, 0]

/** Modules that never end by themselves. */
export const LOOPS: readonly HostileModule[] = [
  endless('loops without end', start(forever())),
  endless(
    'loops in loops',
    start(forever(...loop(...loop(...loop(...i32(1), ...branchIf(3)), ...branch(1))))),
  ),
  endless('loops by a branch table', start(loop(...i32(7), ...branchTable(0, 0, 0)))),
  endless(
    'loops by a conditional branch out of blocks',
    start(loop(...block(...block(...i32(1), ...branchIf(2))))),
  ),
  endless('loops with a value on the stack', {
    ...start([...i32(1), ...TYPED_LOOP, ...branch(0), END, DROP]),
    extraTypes: [{ params: [I32], results: [I32] }],
  }),
  endless(
    'interprets a program of 64 operations without end',
    start(
      forever(
        ...repeat(65, [0x02, 0x40]),
        ...[...get(0), ...branchTable(...Array.from({ length: 65 }, (_, arm) => arm))],
        END,
        ...repeat(64, [...get(0), ...i32(1), 0x6a, ...i32(63), 0x71, ...set(0), END]),
      ),
      [I32],
    ),
  ),
  endless('divides without end', start(forever(...i32(1), ...get(0), ...i32(1), 0x72, DIVIDE, DROP), [I32])),
  endless(
    'runs 200 KB of straight code over and over',
    start(forever(repeat(25_000, [...get(0), ...i32(3), 0x6c, ...set(0)])), [I32]),
  ),
  endless('calls an empty function without end', {
    functions: [{ code: [] }, { exportAs: '_start', code: forever(repeat(50, call(0))) }],
  }),
  endless('calls itself in the tail without end', {
    functions: [{ exportAs: '_start', code: returnCall(0) }],
  }),
  endless('calls each other in the tail without end', {
    functions: [{ code: returnCall(1) }, { exportAs: '_start', code: returnCall(0) }],
  }),
  endless('calls itself in the tail through a table without end', {
    functions: [{ exportAs: '_start', code: [...i32(0), ...TAIL_INDIRECT] }],
    tables: [[FUNCREF, 0, 1]],
    elements: [elementsAt(0, [0])],
  }),
  endless('calls through a table without end', {
    functions: [{ code: [] }, { exportAs: '_start', code: forever(...i32(0), ...callIndirect(0)) }],
    tables: [[FUNCREF, 0, 1]],
    elements: [elementsAt(0, [0])],
  }),
]
