import { call, i32, I32, I64, type TestType, unsigned } from './wasm-builder.ts'

/** Instruction sequences for hand-written test modules. */

export const UNREACHABLE = 0x00
export const ELSE = 0x05
export const END = 0x0b
export const DROP = 0x1a
export const NO_RESULT = 0x40

/** Code in pieces; a long piece is passed as an array, for a call takes only so many arguments. */
type Code = readonly (number | readonly number[])[]

export const block = (...code: Code): number[] => [0x02, NO_RESULT, ...code.flat(), END]
export const loop = (...code: Code): number[] => [0x03, NO_RESULT, ...code.flat(), END]
export const branch = (depth: number): number[] => [0x0c, ...unsigned(depth)]
export const branchIf = (depth: number): number[] => [0x0d, ...unsigned(depth)]
/** Index on the stack; `depths` in order, the last one for every other index. */
export const branchTable = (...depths: Code): number[] => {
  const all = depths.flat()
  return [0x0e, ...unsigned(all.length - 1), ...all.flatMap(unsigned)]
}
/** Without end. */
export const forever = (...code: Code): number[] => loop(code.flat(), branch(0))

export const store32 = (at: number, value: readonly number[]): number[] => [...i32(at), ...value, 0x36, 2, 0]
export const load32 = (at: number): number[] => [...i32(at), 0x28, 2, 0]
export const memoryGrow = [0x40, 0]
export const memoryFill = [0xfc, 0x0b, 0]
export const memoryCopy = [0xfc, 0x0a, 0, 0]
export const callIndirect = (type: number, table = 0): number[] => [0x11, ...unsigned(type), table]
export const returnCall = (index: number): number[] => [0x12, ...unsigned(index)]

export const repeat = (count: number, code: readonly number[]): number[] =>
  Array.from({ length: count }, () => code).flat()

/** An active data segment for memory 0. */
export const dataAt = (at: number, bytes: ArrayLike<number>): number[] => [
  0,
  ...i32(at),
  END,
  ...unsigned(bytes.length),
  ...Array.from(bytes),
]
export const passiveData = (bytes: ArrayLike<number>): number[] => [
  1,
  ...unsigned(bytes.length),
  ...Array.from(bytes),
]
/** An active element segment for table 0. */
export const elementsAt = (at: number, functions: readonly number[]): number[] => [
  0,
  ...i32(at),
  END,
  ...unsigned(functions.length),
  ...functions.flatMap(unsigned),
]

/** Imports of WASI by name, with the signatures that the preview 1 witx gives them (`i` i32, `I` i64). */
export const wasi = (name: string, params: string, returns = true): WasiImport => ({
  module: 'wasi_snapshot_preview1',
  name,
  params: Array.from(params, (letter) => (letter === 'I' ? I64 : I32)),
  results: returns ? [I32] : [],
})
export type WasiImport = TestType & { readonly module: string; readonly name: string }

export const FD_WRITE = wasi('fd_write', 'iiii')
export const PROC_EXIT = wasi('proc_exit', 'i', false)

/** Calls an import with these constants and drops its answer. */
export const ask = (index: number, ...values: readonly number[]): number[] => [
  ...values.flatMap((value) => i32(value)),
  ...call(index),
  DROP,
]
