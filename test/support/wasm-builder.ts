/** Writes small WebAssembly modules for tests, instruction by instruction. Function indices count imports first. */

export const I32 = 0x7f
export const I64 = 0x7e
export const F32 = 0x7d
export const F64 = 0x7c
export const V128 = 0x7b
export const FUNCREF = 0x70
export const EXTERNREF = 0x6f

export interface TestType {
  readonly params?: readonly number[]
  readonly results?: readonly number[]
}

export interface TestFunction extends TestType {
  readonly locals?: readonly number[]
  /** Without the final `end`. */
  readonly code: readonly number[]
  readonly exportAs?: string
}

export interface TestModule {
  readonly imports?: readonly (TestType & { readonly module: string; readonly name: string })[]
  readonly functions?: readonly TestFunction[]
  /** Contents of a table or memory limit: flags, then numbers; `null` for no memory at all. */
  readonly memory?: readonly number[] | null
  readonly memoryExport?: string
  /** Module and name of a memory that is imported in place of its own; `memory` is then null. */
  readonly memoryImport?: readonly [string, string]
  /** Each one: element type, flags, limits. */
  readonly tables?: readonly (readonly number[])[]
  /** Each one: type, mutability, initialiser with `end`. */
  readonly globals?: readonly (readonly number[])[]
  /** Each one: a whole segment. */
  readonly elements?: readonly (readonly number[])[]
  readonly data?: readonly (readonly number[])[]
  readonly hasDataCount?: boolean
  readonly start?: number
  /** Further types, behind those of imports and functions (whose order is that of the lists). */
  readonly extraTypes?: readonly TestType[]
  /** Further exports: name, kind, index. */
  readonly exports?: readonly (readonly [string, number, number])[]
  /** Sections appended as they are: id, content. */
  readonly rawSections?: readonly (readonly [number, readonly number[]])[]
}

export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}

export function signed(value: bigint | number): number[] {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

export function i32(value: number): number[] {
  return [0x41, ...signed(value)]
}

export function i64(value: bigint): number[] {
  return [0x42, ...signed(value)]
}

export function f64(value: number): number[] {
  return [0x44, ...new Uint8Array(new Float64Array([value]).buffer)]
}

export const get = (local: number): number[] => [0x20, ...unsigned(local)]
export const set = (local: number): number[] => [0x21, ...unsigned(local)]
export const call = (index: number): number[] => [0x10, ...unsigned(index)]

const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value)
  return [...unsigned(bytes.length), ...bytes]
}
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
]

export function buildModule(module: TestModule): Uint8Array<ArrayBuffer> {
  const imports = module.imports ?? []
  const functions = module.functions ?? [{ code: [], exportAs: '_start' }]
  const types = [...imports, ...functions, ...(module.extraTypes ?? [])]
  const memory = module.memory === undefined ? [0, 1] : module.memory
  const exports = [...(module.exports ?? [])].map(([name, kind, index]) => [
    ...text(name),
    kind,
    ...unsigned(index),
  ])
  for (const [own, { exportAs }] of functions.entries())
    if (exportAs !== undefined) exports.push([...text(exportAs), 0, ...unsigned(imports.length + own)])
  if (memory !== null && module.memoryExport !== '')
    exports.push([...text(module.memoryExport ?? 'memory'), 2, 0])

  const out: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const section = (id: number, content: readonly number[] | undefined): void => {
    if (content === undefined) return
    out.push(id, ...unsigned(content.length))
    // Not spread into the call: contents of some 100 KB are too many arguments.
    for (const byte of content) out.push(byte)
  }
  section(
    1,
    vector(
      types.map((type) => [
        0x60,
        ...vector((type.params ?? []).map((t) => [t])),
        ...vector((type.results ?? []).map((t) => [t])),
      ]),
    ),
  )
  const imported = imports.map(({ module, name }, at) => [...text(module), ...text(name), 0, ...unsigned(at)])
  if (module.memoryImport !== undefined) imported.push([...module.memoryImport.flatMap(text), 2, 0, 1])
  if (imported.length > 0) section(2, vector(imported))
  section(3, vector(functions.map((_, own) => unsigned(imports.length + own))))
  if (module.tables !== undefined) section(4, vector(module.tables))
  if (memory !== null) section(5, vector([memory]))
  if (module.globals !== undefined) section(6, vector(module.globals))
  section(7, vector(exports))
  if (module.start !== undefined) section(8, unsigned(module.start))
  if (module.elements !== undefined) section(9, vector(module.elements))
  if (module.hasDataCount === true) section(12, unsigned(module.data?.length ?? 0))
  section(10, vector(functions.map(functionBody)))
  if (module.data !== undefined) section(11, vector(module.data))
  for (const [id, content] of module.rawSections ?? []) section(id, content)
  return Uint8Array.from(out)
}

function functionBody({ locals = [], code }: TestFunction): number[] {
  const body = [...vector(locals.map((type) => [1, type])), ...code, 0x0b]
  return [...unsigned(body.length), ...body]
}
