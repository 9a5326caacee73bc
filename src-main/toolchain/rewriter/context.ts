import type { BodyCode } from '../wasm/body-code.ts'
import { VALUE_TYPE, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { dataLengths, elementCounts } from '../wasm/segments.ts'
import { BulkFunctions } from './bulk-operations.ts'

/** The module being rewritten and where the rewriter's own parts are in its new index spaces. */
export interface RewriteContext {
  readonly module: WasmModule
  /** Most pages (64 KiB) the memory may have. */
  readonly memoryMaxPages: number
  /** Functions that the rewriter imports, and globals that it adds. */
  readonly addedImports: number
  readonly addedGlobals: number
  /** Type indices of the rewriter's functions, in the order of {@link OWN_TYPES}. */
  readonly types: {
    readonly tick: number
    readonly unary: number
    readonly binary: number
    readonly bulk: number
    readonly fillFunctions: number
    readonly fillExternals: number
  }
  readonly functions: {
    readonly tick: number
    /** The import that may unwind; -1 in a module without checkpoints. */
    readonly yield: number
    /** (length) -> length: pays for a bulk operation on that many bytes. */
    readonly chargeBytes: number
    /** (length) -> length: the same for table elements. */
    readonly chargeElements: number
    /** (pages) -> previous pages or -1: memory.grow that fails for everyone or for nobody. */
    readonly growMemory: number
    /** (result of table.grow, elements) -> result, one for each table from here on. */
    readonly firstTableGuard: number
    /** The functions of {@link BulkFunctions} from here on. */
    readonly firstBulk: number
  }
  readonly bulk: BulkFunctions
  /** Lengths of the module's data segments in bytes, and of its element segments. */
  readonly dataLengths: readonly number[]
  readonly elementCounts: readonly number[]
  readonly globals: {
    readonly fuel: number
    /** Stack that is left for the function being called, i64. */
    readonly room: number
    readonly hostFailure: number
    readonly stackOverflow: number
    /** Negative while the host wants a snapshot, i64; -1 in a module without checkpoints. */
    readonly wanted: number
  }
  /** Where the module may yield; absent: nowhere, it has no checkpoints. */
  readonly yields?: YieldSites
}

/** Decides on the places where a module may be unwound, and is told which ones there are. */
export interface YieldSites {
  /** Whether own function `own` may yield at this loop, of which no other loop is part or some is. */
  mayYield(own: number, body: BodyCode, loop: number, isInnermost: boolean): boolean
  /** A yield was written into own function `own`. */
  placed(own: number): void
}

/**
 * Most stack the activations of one unit may take together by {@link frameBound}. Chromium's workers have 500 KiB of
 * stack, the smallest of the hosts; the rest is the host's.
 */
const STACK_LIMIT_BYTES = 400 * 1024
/** Functions that call nothing of the module and need no more than this are not checked. */
export const LEAF_RESERVE_BYTES = 4 * 1024
/** What is left at first for all functions that are checked. */
export const STACK_ROOM_BYTES = STACK_LIMIT_BYTES - LEAF_RESERVE_BYTES

export const HELPER_COUNT = 3
const METER_GLOBAL_COUNT = 4

const { i32, funcref, externref } = VALUE_TYPE
/** The types that the rewriter adds. */
export const OWN_TYPES: readonly FunctionType[] = [
  { params: [], results: [] },
  { params: [i32], results: [i32] },
  { params: [i32, i32], results: [i32] },
  { params: [i32, i32, i32], results: [] },
  { params: [i32, funcref, i32], results: [] },
  { params: [i32, externref, i32], results: [] },
]

export function createContext(
  module: WasmModule,
  memoryMaxPages: number,
  yields?: YieldSites,
): RewriteContext {
  const addedImports = yields === undefined ? 1 : 2
  const helper = module.imports.length + addedImports + module.bodies.length
  const type = module.types.length
  const global = module.globalCount
  return {
    module,
    memoryMaxPages,
    addedImports,
    addedGlobals: METER_GLOBAL_COUNT + (yields === undefined ? 0 : 1),
    types: {
      tick: type,
      unary: type + 1,
      binary: type + 2,
      bulk: type + 3,
      fillFunctions: type + 4,
      fillExternals: type + 5,
    },
    functions: {
      tick: module.imports.length,
      yield: yields === undefined ? -1 : module.imports.length + 1,
      chargeBytes: helper,
      chargeElements: helper + 1,
      growMemory: helper + 2,
      firstTableGuard: helper + HELPER_COUNT,
      firstBulk: helper + HELPER_COUNT + module.tables.length,
    },
    bulk: new BulkFunctions(),
    dataLengths: dataLengths(module),
    elementCounts: elementCounts(module),
    globals: {
      fuel: global,
      room: global + 1,
      hostFailure: global + 2,
      stackOverflow: global + 3,
      wanted: yields === undefined ? -1 : global + METER_GLOBAL_COUNT,
    },
    ...(yields === undefined ? {} : { yields }),
  }
}

/** The imports of the rewriter come behind the module's own, so its own functions move up by their number. */
export function remapFunction(context: RewriteContext, index: number): number {
  return index < context.module.imports.length ? index : index + context.addedImports
}
