import { LIMITS } from '../../domain/limits.ts'
import { refused } from '../refusals.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import { miscCode } from '../wasm/codes.ts'
import { isReferenceType } from '../wasm/instruction.ts'
import { functionType, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { MISC, OP } from '../wasm/opcodes.ts'

/** What a function calls, and whether it may be on the stack when that is unwound. */
export interface FunctionSurvey {
  /** Own functions called directly, each once. */
  readonly calls: readonly number[]
  /** Type indices of indirect calls, each once. */
  readonly indirectTypes: readonly number[]
  readonly isFit: boolean
}

/** Larger bodies, and deeper ones, take the transformation too long. */
const BODY_BYTES_MAX = LIMITS.functionBodyBytes / 4
const NESTING_MAX = 256

/** Instructions that change what a snapshot does not hold. */
const UNSAVED = new Map<number, string>([
  [OP.tableSet, 'table.set'],
  [miscCode(MISC.tableGrow), 'table.grow'],
  [miscCode(MISC.tableFill), 'table.fill'],
  [miscCode(MISC.tableCopy), 'table.copy'],
  [miscCode(MISC.tableInit), 'table.init'],
  [miscCode(MISC.elemDrop), 'elem.drop'],
  [miscCode(MISC.dataDrop), 'data.drop'],
])
/** References cannot be saved, tail calls not be repeated, and the transformation is not given the data segments. */
const UNFIT: ReadonlySet<number> = new Set([
  OP.returnCall,
  OP.returnCallIndirect,
  OP.tableGet,
  OP.refNull,
  OP.refFunc,
  miscCode(MISC.memoryInit),
])

/**
 * Looks through own function `own`, which `body` holds. Throws `module-refused` for instructions that change state
 * outside of memory, globals and stack.
 */
export function surveyFunction(module: WasmModule, body: BodyCode, own: number): FunctionSurvey {
  const calls = new Set<number>()
  const indirectTypes = new Set<number>()
  let isFit = isPlainFunction(module, own)
  let depth = 0
  for (let at = 0; at < body.count; at++) {
    const code = body.code(at)
    const unsaved = UNSAVED.get(code)
    if (unsaved !== undefined)
      throw refused(`checkpoints do not go with ${unsaved}`, module.imports.length + own)
    if (UNFIT.has(code)) isFit = false
    if (code === OP.call || code === OP.returnCall) {
      const callee = body.index(at) - module.imports.length
      if (callee >= 0) calls.add(callee)
      isFit &&= isPlainType(functionType(module, body.index(at)))
    } else if (code === OP.callIndirect || code === OP.returnCallIndirect) {
      indirectTypes.add(body.index(at))
      isFit &&= isPlainType(module.types[body.index(at)])
    } else if (code === OP.block || code === OP.loop || code === OP.if) {
      depth += 1
      if (depth > NESTING_MAX) isFit = false
      const type = body.index(at)
      if (type >= 0) isFit &&= isPlainType(module.types[type], 0)
    } else if (code === OP.end) depth -= 1
  }
  return { calls: [...calls], indirectTypes: [...indirectTypes], isFit }
}

function isPlainFunction(module: WasmModule, own: number): boolean {
  const body = module.bodies[own]
  return (
    body !== undefined &&
    body.end - body.start <= BODY_BYTES_MAX &&
    isPlainType(functionType(module, module.imports.length + own)) &&
    body.locals.every(({ type }) => !isReferenceType(type))
  )
}

/** No references, at most one result, and at most `maxParams` parameters. */
function isPlainType(type: FunctionType | undefined, maxParams = Infinity): boolean {
  if (type === undefined) return false
  const { params, results } = type
  return params.length <= maxParams && results.length <= 1 && ![...params, ...results].some(isReferenceType)
}
