import { PowerswarmError } from '../../domain/errors.ts'
import { WASM_PAGE_BYTES } from '../../domain/units.ts'
import { refused } from '../refusals.ts'
import { BranchHints, readBranchHints } from '../rewriter/branch-hints.ts'
import { frameBound } from '../rewriter/frame-bound.ts'
import { rewriteModule } from '../rewriter/rewrite-module.ts'
import { BodyCode } from '../wasm/body-code.ts'
import { decodeModule } from '../wasm/decoder.ts'
import { isReferenceType } from '../wasm/instruction.ts'
import { functionType, VALUE_TYPE, type WasmModule } from '../wasm/module.ts'
import { ASYNCIFY_EXPORTS, type Asyncify } from './asyncify.ts'
import { CheckpointPlan, type Transformed } from './checkpoint-plan.ts'
import { checkTransformationLoad, checkTransformedLoad } from './transformed-load.ts'
import { GLOBAL_BYTES, type SavedGlobal } from './global-functions.ts'
import { globalTypes } from './module-facts.ts'
import { checkTransformation, type TransformationCheck } from './proof/check-transformation.ts'
import { reducedModule } from './reduced-module.ts'
import { spliceModule, type Splice } from './splice-module.ts'
import { transformedBody, type TransformedBody } from './transformed-body.ts'
import { TypeIndices } from './type-indices.ts'

/** What transformed functions may take of the machine's stack beyond what the stack bound counts. */
const ADDED_STACK_BYTES_MAX = 64 * 1024
/** What the stack may take when it is unwound: the locals of a few functions. */
const UNWOUND_BYTES_MAX = 1024 * 1024
const SAVED_GLOBALS_MAX = 4096
/** Two words in front of the saved globals: see CHECKPOINT_ABI. */
const GLOBALS_AT = 16

/**
 * Rewrites a module that has passed the policy so that it can be stopped, saved and gone on with; see CHECKPOINT_ABI.
 * Its fuel, its limits and what it computes are those of {@link rewriteModule}.
 *
 * Throws `module-refused`, with `no safe point` where it can nowhere be stopped, and `module-unproven` when what came of
 * `asyncify` is not shown to be metered as before.
 */
export function addCheckpoints(
  module: WasmModule,
  memoryLimitPages: number,
  asyncify: Asyncify,
): Uint8Array<ArrayBuffer> {
  const plan = new CheckpointPlan(module)
  const globals = savedGlobals(module)
  const { metered, transformed } = meterWithYields(module, memoryLimitPages, plan)
  checkTransformationLoad(metered, transformed.functions)
  const firstOwn = metered.imports.length
  const hints = readBranchHints(metered.bytes)
  const keptHints = new BranchHints()
  for (const own of transformed.functions) keptHints.addFrom(hints, firstOwn + own)

  const reduced = reducedModule(metered, transformed.functions, keptHints.section())
  const output = decodeModule(
    asyncify(reduced, {
      functions: transformed.functions.map((own) => firstOwn + own),
      callsIndirectly: transformed.callsIndirectly,
    }),
  )
  checkIndices(metered, output)
  const types = new TypeIndices(metered.types)
  const taken = [...transformed.functions, ...addedFunctions(metered, output)]
  const bodies = takeBodies(output, taken, types, checkTransformation(module, metered, output, transformed))
  checkStack(metered, transformed, bodies)
  const unwoundBytes = transformed.longestPath((own) => bodies.get(own)?.savedBytes ?? 0)
  if (unwoundBytes > UNWOUND_BYTES_MAX) throw refused('its stack would be too large to be saved')

  const savedAll = [...globals, { index: module.globalCount + ROOM_GLOBAL, type: VALUE_TYPE.i64 }]
  const stackStart = GLOBALS_AT + savedAll.length * GLOBAL_BYTES
  const splice: Splice = {
    metered,
    output,
    bodies,
    types,
    hints: [hints, readBranchHints(output.bytes)],
    globals: savedAll,
    globalsAt: GLOBALS_AT,
    stackStart,
    stackPages: Math.ceil((stackStart + unwoundBytes) / WASM_PAGE_BYTES),
  }
  return spliceModule(splice)
}

/** Place of the stack's room among the globals that the meter adds. */
const ROOM_GLOBAL = 1

function meterWithYields(
  module: WasmModule,
  memoryLimitPages: number,
  plan: CheckpointPlan,
): { readonly metered: WasmModule; readonly transformed: Transformed } {
  let bytes = rewriteModule(module, memoryLimitPages, plan)
  if (plan.transformed() === undefined) {
    plan.includeInnermost()
    bytes = rewriteModule(module, memoryLimitPages, plan)
  }
  const transformed = plan.transformed()
  if (transformed === undefined)
    throw refused('no safe point: there is no loop outside of functions that call themselves')
  return { metered: decodeModule(bytes), transformed }
}

function savedGlobals(module: WasmModule): SavedGlobal[] {
  const saved: SavedGlobal[] = []
  for (const [index, { type, isMutable }] of globalTypes(module).entries()) {
    if (!isMutable) continue
    if (isReferenceType(type)) throw refused('checkpoints do not go with references in globals')
    saved.push({ index, type })
  }
  if (saved.length > SAVED_GLOBALS_MAX)
    throw refused(`checkpoints of more than ${String(SAVED_GLOBALS_MAX)} globals`)
  return saved
}

/** What the splice relies on: what was there has kept its index. */
function checkIndices(metered: WasmModule, output: WasmModule): void {
  const added = Object.keys(ASYNCIFY_EXPORTS).length
  const isKept =
    output.imports.length === metered.imports.length &&
    output.imports.every(({ name }, index) => name === metered.imports[index]?.name) &&
    output.bodies.length >= metered.bodies.length + added &&
    output.memories.length === metered.memories.length + 1 &&
    output.globalCount === metered.globalCount + ADDED_GLOBALS
  if (!isKept) throw new PowerswarmError('internal', 'the transformation has moved what it was given')
}

/** Whether the stack is unwound or rewound, and where it is. */
const ADDED_GLOBALS = 2

/** Numbers of the functions that the transformation added, behind all others. */
function addedFunctions(metered: WasmModule, output: WasmModule): number[] {
  return output.bodies.flatMap((_, own) => (own < metered.bodies.length ? [] : [own]))
}

function takeBodies(
  output: WasmModule,
  functions: readonly number[],
  types: TypeIndices,
  check: TransformationCheck,
): ReadonlyMap<number, TransformedBody> {
  const longest = output.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  const code = new BodyCode(longest, true)
  return new Map(
    functions.map((own) => {
      code.read(output, own)
      checkTransformedLoad(output, own, code)
      const neverCalled = check.function(own, code)
      return [own, transformedBody(output, own, code, types, neverCalled)] as const
    }),
  )
}

/**
 * The module counts the frames of the original; transformed ones are larger. What they add is bounded here for all that
 * can be on the stack together.
 */
function checkStack(
  metered: WasmModule,
  transformed: Transformed,
  bodies: ReadonlyMap<number, TransformedBody>,
): void {
  const longest = metered.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  const code = new BodyCode(longest)
  const added = transformed.longestPath((own) => {
    const body = metered.bodies[own]
    const type = functionType(metered, metered.imports.length + own)
    if (body === undefined || type === undefined) return 0
    code.read(metered, own)
    const before = frameBound(metered, body, type, code)
    return Math.max(0, (bodies.get(own)?.frameBytes ?? 0) - before)
  })
  if (added > ADDED_STACK_BYTES_MAX) throw refused('its functions would need too much stack with checkpoints')
}
