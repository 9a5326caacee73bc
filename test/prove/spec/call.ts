import { buildModule, call, i32, type TestModule } from '../../support/wasm-builder.ts'
import type { Value } from './script.ts'
import { byteLength, bytesOf, isNumeric, typeCode } from './values.ts'

/** What a call gave: a numeric result's bytes each, or references as JavaScript has them. */
export interface Returned {
  readonly bytes?: readonly Uint8Array[]
  readonly references?: readonly unknown[]
}

const CONST: Readonly<Record<string, readonly number[]>> = {
  f32: [0x43],
  f64: [0x44],
  v128: [0xfd, 12],
}
const STORE: Readonly<Record<string, readonly number[]>> = {
  i32: [0x36, 2, 0],
  i64: [0x37, 3, 0],
  f32: [0x38, 2, 0],
  f64: [0x39, 3, 0],
  v128: [0xfd, 11, 4, 0],
}

/** Where calls leave their results; one for all of them, because engines set much address space aside for each. */
const stored = new WebAssembly.Memory({ initial: 1 })

/**
 * Calls an exported function with values by their bits. JavaScript can neither hold a v128 nor keep the bits of a NaN;
 * so a module made for the call passes the arguments and stores the results. Calls with references go the direct way.
 */
export function callWith(target: unknown, args: readonly Value[], expected: readonly Value[]): Returned {
  if (!isFunction(target)) throw new Error('there is no such function')
  if (![...args, ...expected].every(isNumeric)) return callDirectly(target, args)
  const module = new WebAssembly.Module(caller(args, expected))
  const { exports } = new WebAssembly.Instance(module, { it: { target, memory: stored } })
  ;(exports['go'] as () => void)()
  const bytes = new Uint8Array(stored.buffer)
  return { bytes: expected.map((value, at) => bytes.slice(at * 16, at * 16 + byteLength(value))) }
}

function isFunction(target: unknown): target is (...args: unknown[]) => unknown {
  return typeof target === 'function'
}

function caller(args: readonly Value[], expected: readonly Value[]): Uint8Array<ArrayBuffer> {
  const locals = expected.map(typeCode)
  const stores = expected.flatMap(({ type }, at) => [...i32(at * 16), ...[0x20, at], ...(STORE[type] ?? [])])
  const take = expected.map((_, at) => [0x21, at]).reverse()
  const module: TestModule = {
    memory: null,
    memoryImport: ['it', 'memory'],
    imports: [{ module: 'it', name: 'target', params: args.map(typeCode), results: expected.map(typeCode) }],
    functions: [
      { locals, code: [...args.flatMap(constant), ...call(0), ...take.flat(), ...stores], exportAs: 'go' },
    ],
  }
  return buildModule(module)
}

function constant(value: Value): number[] {
  const bytes = bytesOf(value)
  const opcode = CONST[value.type]
  if (opcode !== undefined) return [...opcode, ...bytes]
  const bits = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return value.type === 'i32'
    ? [0x41, ...signedBits(BigInt.asIntN(32, bits))]
    : [0x42, ...signedBits(BigInt.asIntN(64, bits))]
}

function signedBits(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

/** Stands for the host's references, one object for each number, on every side. */
const externals = new Map<string, object>()

function callDirectly(target: (...args: unknown[]) => unknown, args: readonly Value[]): Returned {
  const result = target(...args.map(toJavaScript))
  return { references: result === undefined ? [] : Array.isArray(result) ? result : [result] }
}

export function toJavaScript({ type, value }: Value): unknown {
  if (typeof value !== 'string') throw new Error(`no ${type} can be passed directly`)
  if (value === 'null') return null
  switch (type) {
    case 'i32':
      return Number(BigInt.asIntN(32, BigInt(value)))
    case 'i64':
      return BigInt.asIntN(64, BigInt(value))
    case 'externref': {
      const known = externals.get(value) ?? { external: value }
      externals.set(value, known)
      return known
    }
    default:
      throw new Error(`no ${type} can be passed directly`)
  }
}
