import { buildModule, call, get, I32, i32, set, type TestModule } from './wasm-builder.ts'

const FD_WRITE = {
  module: 'wasi_snapshot_preview1',
  name: 'fd_write',
  params: [0x7f, 0x7f, 0x7f, 0x7f],
  results: [0x7f],
}
const PROC_EXIT = { module: 'wasi_snapshot_preview1', name: 'proc_exit', params: [0x7f] }
const DROP = 0x1a
const I32_SUB = 0x6b
const LOOP = [0x03, 0x40]
const BRANCH_IF_0 = [0x0d, 0]
const END = 0x0b

/** An app that prints this text (at most 100 bytes of ASCII) and ends with this exit code. */
export function printingApp(text: string, exitCode = 0): Uint8Array<ArrayBuffer> {
  const bytes = [...Buffer.from(text)]
  const vector = [16, 0, 0, 0, bytes.length, 0, 0, 0]
  const segment = (at: number, data: readonly number[]): number[] => [
    0,
    ...i32(at),
    0x0b,
    data.length,
    ...data,
  ]
  return buildModule({
    imports: [FD_WRITE, PROC_EXIT],
    functions: [
      {
        exportAs: '_start',
        code: [...i32(1), ...i32(0), ...i32(1), ...i32(12), ...call(0), DROP, ...i32(exitCode), ...call(1)],
      },
    ],
    data: [segment(0, vector), segment(16, bytes)],
  })
}

/** An app that goes so many times round an empty loop and prints nothing: every unit takes as long as the others. */
export function loopingApp(rounds: number): Uint8Array<ArrayBuffer> {
  const countDown = [...get(0), ...i32(1), I32_SUB, ...set(0), ...get(0)]
  const code = [...i32(rounds), ...set(0), ...LOOP, ...countDown, ...BRANCH_IF_0, END]
  return buildModule({ functions: [{ locals: [I32], exportAs: '_start', code }] })
}

/** An app that asks for something no app gets. */
export function appWithImport(module: string, name: string): Uint8Array<ArrayBuffer> {
  const forbidden: TestModule = { imports: [{ module, name }] }
  return buildModule({ ...forbidden, functions: [{ exportAs: '_start', code: [...call(0)] }] })
}
