// The part of the WebAssembly JavaScript API this project uses. TypeScript ships it only with the DOM types, which
// the layers that run in Node and in a renderer alike must not see. https://webassembly.github.io/spec/js-api/
declare namespace WebAssembly {
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'externref' | 'anyfunc'
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag'
  type ExportValue = Function | Global | Memory | Table
  type Exports = Record<string, ExportValue>
  type Imports = Record<string, Record<string, ExportValue | number | bigint>>

  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer)
    static customSections(module: Module, name: string): ArrayBuffer[]
    static exports(module: Module): { name: string; kind: ImportExportKind }[]
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    /** Adds `pages` of 64 KiB; returns the size before, in pages. */
    grow(pages: number): number
  }

  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number })
    readonly length: number
    get(index: number): unknown
    set(index: number, value?: unknown): void
    grow(elements: number, value?: unknown): number
  }

  class Global<T = number | bigint> {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: T)
    value: T
    valueOf(): T
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): boolean
  function compile(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
}
