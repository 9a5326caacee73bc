import { PowerswarmError } from '../../../domain/errors.ts'
import { BodyCode } from '../../wasm/body-code.ts'
import { functionType, type WasmModule } from '../../wasm/module.ts'
import type { Transformed } from '../checkpoint-plan.ts'
import { hasAsyncifyFunctions } from './asyncify-functions.ts'
import { NotShown, type AsyncifyFacts, type BodyFacts } from './body-facts.ts'
import { walkBody, type WalkedBody } from './body-walk.ts'
import { EventNames } from './event-graph.ts'
import { waysAreWithin } from './ways-within.ts'

/**
 * Shows of what Asyncify returned that it is metered as before: whatever a transformed function does on any way through
 * it is what the metered function does on some way, the same in the same order: charges with their amounts, looks at
 * the meter and what they lead to, calls, writes to memory and globals, returns. When the stack is unwound or rewound,
 * nothing of it happens but the call in between. So a charge that the library loses or changes is found.
 *
 * Not shown is which values are computed, so neither which of its ways is taken, nor that what is read back from the
 * unwound stack is what was put there; that a function which is gone on with does not return before it is where it was;
 * and how much work lies between two charges, which only the size of the body bounds. Results are compared with those of
 * others, and the watchdog ends what shows no sign of life.
 */
export interface TransformationCheck {
  /**
   * Throws `module-unproven`. `output` holds own function `own` as `code`. Answers the places of calls in it that must not
   * be made: what is shown holds if it traps there.
   */
  function(own: number, code: BodyCode): ReadonlySet<number>
}

/** Throws `module-unproven` when the functions that Asyncify added are not the known ones. */
export function checkTransformation(
  original: WasmModule,
  metered: WasmModule,
  output: WasmModule,
  transformed: Transformed,
): TransformationCheck {
  const modeGlobal = metered.globalCount
  const kept = metered.bodies.length
  if (!hasAsyncifyFunctions(output, kept, modeGlobal)) throw unproven("Asyncify's own functions", undefined)
  const first = metered.imports.length
  const functions = new Set(transformed.functions.map((own) => first + own))
  // The import that may unwind is the last one.
  functions.add(first - 1)
  const mayUnwind = (index: number): boolean => functions.has(index)
  const before: BodyFacts = {
    module: metered,
    firstMeterGlobal: original.globalCount,
    firstHelper: original.bodies.length,
  }
  const asyncify: AsyncifyFacts = {
    modeGlobal,
    headGlobal: modeGlobal + 1,
    mayUnwind,
    mayUnwindIndirectly: transformed.callsIndirectly,
  }
  const longest = transformed.functions.reduce((most, own) => {
    const body = metered.bodies[own]
    return body === undefined ? most : Math.max(most, body.end - body.start)
  }, 0)
  const meteredCode = new BodyCode(longest)
  return {
    function(own, code) {
      if (own >= kept) return NONE
      meteredCode.read(metered, own)
      try {
        const names = new EventNames()
        const from = walk(before, own, meteredCode, names)
        const facts = { ...before, module: output, asyncify }
        const to = walk(facts, own, code, names)
        compare(from, to, names)
        return to.neverLeftIn
      } catch (error) {
        if (error instanceof NotShown) throw unproven(error.message, own)
        throw error
      }
    },
  }
}

const NONE: ReadonlySet<number> = new Set()

function walk(facts: BodyFacts, own: number, code: BodyCode, names: EventNames): WalkedBody {
  const { module } = facts
  const type = functionType(module, module.imports.length + own)
  const body = module.bodies[own]
  if (type === undefined || body === undefined) throw new NotShown('a function that is not there')
  return walkBody(facts, code, type.params.length + body.localCount, type.results.length, names)
}

function compare(from: WalkedBody, to: WalkedBody, names: EventNames): void {
  for (const [name, count] of to.counts)
    if (count > (from.counts.get(name) ?? 0)) throw new NotShown(`more often than before: ${name}`)
  if (to.graph.hasSilentCycle()) throw new NotShown('a loop that is not paid for')
  const within = waysAreWithin(to.graph, to.entry, from.graph, from.entry)
  if (within.isWithin) return
  const { event } = within
  throw new NotShown(
    event === undefined ? 'too many ways through it' : `not where it was: ${names.name(event)}`,
  )
}

function unproven(what: string, own: number | undefined): PowerswarmError {
  return new PowerswarmError(
    'module-unproven',
    `the module with checkpoints cannot be shown to be metered as it was: ${what}`,
    own === undefined ? {} : { details: { ownFunction: own } },
  )
}
