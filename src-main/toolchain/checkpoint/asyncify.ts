import type binaryen from 'binaryen'
import { PowerswarmError } from '../../domain/errors.ts'
import { CHECKPOINT_ABI, METER_ABI } from '../meter-abi.ts'

/** What is transformed of a module. */
export interface AsyncifyOptions {
  /** Indices of the functions, imports counted. */
  readonly functions: readonly number[]
  /** Whether one of them may be called by another through a table. */
  readonly callsIndirectly: boolean
}

/**
 * Binaryen's Asyncify: makes functions that can be left in the middle (their locals go onto a stack in a second
 * memory) and entered there again. Keeps the order of functions and globals, and adds its own behind them.
 */
export type Asyncify = (module: Uint8Array, options: AsyncifyOptions) => Uint8Array

/** Names that the functions it adds are exported under. */
export const ASYNCIFY_EXPORTS = {
  startUnwind: 'asyncify_start_unwind',
  stopUnwind: 'asyncify_stop_unwind',
  startRewind: 'asyncify_start_rewind',
  stopRewind: 'asyncify_stop_rewind',
} as const

/** Whether it is above 0 is all that this pass looks at: it then shortens what it makes of a function by half. */
const OPTIMIZE_LEVEL = 1

/** Loads binaryen: 13 MB that slots without checkpoints never see. */
export async function loadAsyncify(): Promise<Asyncify> {
  const { default: library } = await import('binaryen')
  return (module, options) => runAsyncify(library, module, options)
}

function runAsyncify(library: typeof binaryen, bytes: Uint8Array, options: AsyncifyOptions): Uint8Array {
  // The library's settings are its own and outlive the call.
  library.clearPassArguments()
  library.setOptimizeLevel(OPTIMIZE_LEVEL)
  library.setShrinkLevel(0)
  library.setPassArgument('asyncify-in-secondary-memory', '1')
  library.setPassArgument('asyncify-imports', `${METER_ABI.importModule}.${CHECKPOINT_ABI.yield}`)
  let module: binaryen.Module | undefined
  try {
    module = library.readBinary(bytes)
    module.setFeatures(featuresOf(library.Features))
    if (options.callsIndirectly)
      library.setPassArgument('asyncify-onlylist', namesOf(library, module, options))
    else library.setPassArgument('asyncify-ignore-indirect', '1')
    module.runPasses(['asyncify'])
    return module.emitBinary()
  } catch (error) {
    throw new PowerswarmError('internal', 'the module could not be given checkpoints', { cause: error })
  } finally {
    module?.dispose()
  }
}

/** What the decoder accepts, and several memories. */
function featuresOf(features: typeof binaryen.Features): binaryen.Features {
  return (
    features.MutableGlobals |
    features.NontrappingFPToInt |
    features.SIMD128 |
    features.BulkMemory |
    features.BulkMemoryOpt |
    features.SignExt |
    features.TailCall |
    features.ReferenceTypes |
    features.Multivalue |
    features.ExtendedConst |
    features.MultiMemory
  )
}

function namesOf(library: typeof binaryen, module: binaryen.Module, { functions }: AsyncifyOptions): string {
  return functions.map((index) => library.getFunctionInfo(module.getFunctionByIndex(index)).name).join()
}
