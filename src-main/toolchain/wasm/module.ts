/** Value types by their binary code. Types of later proposals (GC, exceptions) are refused by the decoder. */
export const VALUE_TYPE = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
} as const
/** Kinds of imports and exports. */
export const EXTERNAL_KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const
/** Section ids, in the numbers of the binary format. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const

export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** An imported function; nothing else may be imported. */
export interface ModuleImport {
  readonly module: string
  readonly name: string
  readonly typeIndex: number
}

export interface ModuleExport {
  readonly name: string
  readonly kind: number
  readonly index: number
}

/** Sizes in pages (memories, 64 KiB each) or elements (tables). */
export interface SizeLimits {
  readonly min: number
  readonly max?: number
}

export interface TableType extends SizeLimits {
  readonly elementType: number
}

/** A half-open range of the module's bytes. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface FunctionBody extends ByteRange {
  /** Offset of the first instruction, after the declarations of locals. */
  readonly code: number
  readonly locals: readonly { readonly count: number; readonly type: number }[]
  /** Declared locals, parameters not included. */
  readonly localCount: number
}

/** A decoded module. Own (not imported) functions, tables, memories and globals only; indices count imports first. */
export interface WasmModule {
  readonly bytes: Uint8Array
  /** Contents of the known sections by id, without their headers. */
  readonly sections: ReadonlyMap<number, ByteRange>
  readonly types: readonly FunctionType[]
  readonly imports: readonly ModuleImport[]
  /** Type index of each own function. */
  readonly functionTypes: readonly number[]
  readonly tables: readonly TableType[]
  readonly memories: readonly SizeLimits[]
  readonly globalCount: number
  readonly exports: readonly ModuleExport[]
  readonly bodies: readonly FunctionBody[]
  readonly hasStart: boolean
}

/** The type of a function in the whole index space, imports included; `undefined` when there is no such function. */
export function functionType(module: WasmModule, index: number): FunctionType | undefined {
  const own = index - module.imports.length
  const typeIndex = own >= 0 ? module.functionTypes[own] : module.imports[index]?.typeIndex
  return typeIndex === undefined ? undefined : module.types[typeIndex]
}
