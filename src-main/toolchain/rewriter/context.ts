import type { WasmModule } from '../wasm/module.ts'

/** The module being rewritten and where the rewriter's own parts are in its new index spaces. */
export interface RewriteContext {
  readonly module: WasmModule
  /** Most pages (64 KiB) the memory may have. */
  readonly memoryMaxPages: number
  /** Type indices of the rewriter's functions: () -> (), (i32) -> i32 and (i32, i32) -> i32. */
  readonly types: { readonly tick: number; readonly unary: number; readonly binary: number }
  readonly functions: {
    readonly tick: number
    /** (length) -> length: pays for a bulk operation on that many bytes. */
    readonly chargeBytes: number
    /** (length) -> length: the same for table elements. */
    readonly chargeElements: number
    /** (pages) -> previous pages or -1: memory.grow that fails for everyone or for nobody. */
    readonly growMemory: number
    /** (result of table.grow, elements) -> result, one for each table from here on. */
    readonly firstTableGuard: number
  }
  readonly globals: {
    readonly fuel: number
    readonly stack: number
    readonly hostFailure: number
    readonly stackOverflow: number
  }
}

export const HELPER_COUNT = 3
export const OWN_GLOBAL_COUNT = 4
const OWN_TYPE_COUNT = 3

export function createContext(module: WasmModule, memoryMaxPages: number): RewriteContext {
  const helper = module.imports.length + 1 + module.bodies.length
  const type = module.types.length
  const global = module.globalCount
  return {
    module,
    memoryMaxPages,
    types: { tick: type, unary: type + 1, binary: type + OWN_TYPE_COUNT - 1 },
    functions: {
      tick: module.imports.length,
      chargeBytes: helper,
      chargeElements: helper + 1,
      growMemory: helper + 2,
      firstTableGuard: helper + HELPER_COUNT,
    },
    globals: {
      fuel: global,
      stack: global + 1,
      hostFailure: global + 2,
      stackOverflow: global + OWN_GLOBAL_COUNT - 1,
    },
  }
}

/** The import of `tick` comes behind the module's own imports, so its own functions move up by one. */
export function remapFunction(context: RewriteContext, index: number): number {
  return index < context.module.imports.length ? index : index + 1
}
