import { lineFault } from '../../domain/display-text.ts'
import { LIMITS } from '../../domain/limits.ts'
import { COUNTED_OUTCOMES, UNCOUNTED_OUTCOMES, type Outcome } from '../../domain/outcome.ts'
import { checksOf } from './checks.ts'
import { badRecord, wireCodec } from './codec.ts'
import { STANDINGS, type Submit, type SubmitAnswer, type SubmittedResult } from './messages.ts'
import type { ResultLayout } from './spec/index.js'

/** On the wire an outcome is its place in this list. Append only. */
const OUTCOMES: readonly Outcome[] = [...COUNTED_OUTCOMES, ...UNCOUNTED_OUTCOMES]
const VERSION_AND_SIGNATURE_BYTES = 80

const check = checksOf('results')
const results = wireCodec<'@wire/results', readonly SubmittedResult[]>({
  what: 'results',
  layout: '@wire/results',
  maxBytes: LIMITS.submitBytes,
  toLayout: (list) => ({
    results: list.map((result) => ({ ...result, outcome: OUTCOMES.indexOf(result.outcome) })),
  }),
  fromLayout(layout) {
    const { length } = layout.results
    check.that(length >= 1 && length <= LIMITS.submitResults, 'has none or too many')
    return layout.results.map(resultOf)
  },
})

function resultOf(layout: ResultLayout): SubmittedResult {
  const outcome = OUTCOMES[layout.outcome]
  if (outcome === undefined) throw unknownOutcome()
  const { exitCode, stdout } = layout
  check.whole('an exit code', exitCode, 0, 255)
  check.that(
    (exitCode !== 0) === (outcome === 'exit-nonzero'),
    'has an exit code that contradicts its outcome',
  )
  const maxStdout = outcome === 'ok' || outcome === 'exit-nonzero' ? LIMITS.outputBytes : 0
  check.that(stdout.byteLength <= maxStdout, 'has too much output for its outcome')
  const fault = lineFault(layout.engine, LIMITS.engineNameChars)
  check.that(fault === undefined, `has an engine name that ${fault ?? ''}`)
  return {
    unit: check.unit('units', layout.unit),
    outcome,
    exitCode,
    fuel: check.fuel('fuel', layout.fuel),
    stdout,
    engine: layout.engine,
  }
}

const submit = wireCodec<'@wire/submit', Submit>({
  what: 'submit',
  layout: '@wire/submit',
  maxBytes: LIMITS.submitBytes + VERSION_AND_SIGNATURE_BYTES,
  toLayout: ({ signature, results: encoded }) => ({ signature, results: encoded }),
  fromLayout: ({ signature, results: encoded }) => ({ signature, results: encoded }),
})

const answerCheck = checksOf('submit answer')
const answer = wireCodec<'@wire/submit-answer', SubmitAnswer>({
  what: 'submit answer',
  layout: '@wire/submit-answer',
  maxBytes: LIMITS.messageBytes,
  toLayout: ({ standings }) => ({ standings: standings.map((standing) => STANDINGS.indexOf(standing)) }),
  fromLayout(layout) {
    answerCheck.that(layout.standings.length <= LIMITS.submitResults, 'has too many standings')
    const standings = layout.standings.map((place) => STANDINGS[place])
    return {
      standings: standings.map((standing) => {
        if (standing === undefined) throw unknownStanding()
        return standing
      }),
    }
  },
})

const unknownOutcome = () => badRecord('results', 'has an unknown outcome')
const unknownStanding = () => badRecord('submit answer', 'has an unknown standing')

/** The bytes that a donor signs. 1..`LIMITS.submitResults` results. */
export const encodeResults: (list: readonly SubmittedResult[]) => Uint8Array = results.encode
/** `stdout` fields are views of `bytes`. */
export const parseResults: (bytes: Uint8Array) => readonly SubmittedResult[] = results.parse
export const encodeSubmit: (value: Submit) => Uint8Array = submit.encode
export const parseSubmit: (bytes: Uint8Array) => Submit = submit.parse
export const encodeSubmitAnswer: (value: SubmitAnswer) => Uint8Array = answer.encode
export const parseSubmitAnswer: (bytes: Uint8Array) => SubmitAnswer = answer.parse
