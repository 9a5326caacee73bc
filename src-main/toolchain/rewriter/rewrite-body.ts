import { checkCompileLoad, REWRITTEN_BODY_BYTES_MAX } from '../compile-load.ts'
import { malformed, refused } from '../refusals.ts'
import { BodyCode } from '../wasm/body-code.ts'
import { functionType, VALUE_TYPE, type FunctionBody } from '../wasm/module.ts'
import { BodyWriter } from './body-writer.ts'
import { CodeWriter } from './code-writer.ts'
import { LEAF_RESERVE_BYTES, type RewriteContext } from './context.ts'
import { frameBound } from './frame-bound.ts'
import { FuelPlan } from './fuel-plan.ts'
import type { ScratchLocals } from './instructions.ts'
import { LoopPlan } from './loop-plan.ts'
import { surveyBody, type BodySurvey } from './survey-body.ts'

/** Functions that call nothing and cost less than this need no check: a quantum is thousands of times longer. */
const UNCHECKED_LEAF_COST = 256

/** Rewrites the functions of one module, one after the other and in their order. */
export class BodyRewriter {
  readonly #context: RewriteContext
  readonly #code: BodyCode
  readonly #fuel: FuelPlan
  readonly #loops: LoopPlan
  readonly #out: CodeWriter

  constructor(context: RewriteContext) {
    const longest = context.module.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
    this.#context = context
    this.#code = new BodyCode(longest)
    this.#fuel = new FuelPlan(longest)
    this.#loops = new LoopPlan(longest)
    this.#out = new CodeWriter(context, longest * 2 + 1024)
  }

  /**
   * The new body of own function number `own`: locals, then metered code. Valid until the next call. Throws
   * `module-refused` for what the policy forbids in code, and when the body becomes too large to compile in time.
   */
  rewrite(body: FunctionBody, own: number): CodeWriter {
    const { module } = this.#context
    const type = functionType(module, module.imports.length + own)
    if (type === undefined) throw malformed('a function has no type', body.start)
    this.#code.read(module, own)
    checkCompileLoad(this.#code, type.params.length + body.localCount, module.imports.length + own)
    this.#fuel.make(module, this.#code, type, body.localCount)
    const survey = surveyBody(module, this.#code)
    if (survey.loops) this.#loops.make(this.#code, this.#fuel, module.imports.length + own)
    const frameBytes = frameBound(module, body, type, this.#code)

    const out = this.#out.clear()
    const types: number[] = []
    const scratch = scratchLocals(survey, frameBytes, (local) => {
      types.push(local)
      return type.params.length + body.localCount + types.length - 1
    })
    out.u32(body.locals.length + types.length)
    for (const local of body.locals) out.u32(local.count).byte(local.type)
    for (const local of types) out.u32(1).byte(local)
    this.#enter(survey, scratch)
    const [context, code, fuel, loops] = [this.#context, this.#code, this.#fuel, this.#loops]
    new BodyWriter({ context, own, body: code, fuel, loops, out, scratch }).write()
    if (out.length > REWRITTEN_BODY_BYTES_MAX)
      throw refused('a body of too many short blocks, too large once metered', module.imports.length + own)
    return out
  }

  #enter({ calls, callsOwn }: BodySurvey, { frameBytes, room, fuel }: ScratchLocals): void {
    const out = this.#out
    const cost = this.#fuel.entry
    if (callsOwn) {
      out.enterFrame(frameBytes, room, fuel).charge(cost, fuel)
      return
    }
    if (frameBytes > LEAF_RESERVE_BYTES) out.checkRoom(frameBytes - LEAF_RESERVE_BYTES)
    if (calls || cost > UNCHECKED_LEAF_COST) out.reload(fuel).check(fuel).charge(cost, fuel)
    else out.enter(cost, fuel)
  }
}

function scratchLocals(
  survey: BodySurvey,
  frameBytes: number,
  declare: (type: number) => number,
): ScratchLocals {
  const declareIf = (needed: boolean, type: number): number => (needed ? declare(type) : -1)
  return {
    frameBytes,
    fuel: declare(VALUE_TYPE.i64),
    room: declareIf(survey.callsOwn, VALUE_TYPE.i64),
    f32: declareIf(survey.readsF32Bits, VALUE_TYPE.f32),
    f64: declareIf(survey.readsF64Bits, VALUE_TYPE.f64),
    elements: declareIf(survey.growsTable, VALUE_TYPE.i32),
  }
}
