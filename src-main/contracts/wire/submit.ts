import { lineFault } from '../../domain/display-text.ts'
import { LIMITS } from '../../domain/limits.ts'
import { COUNTED_OUTCOMES, UNCOUNTED_OUTCOMES, type Outcome } from '../../domain/outcome.ts'
import { compareNames, filesProblem, type UnitFile } from '../../domain/unit-file.ts'
import { checksOf } from './checks.ts'
import { badRecord, checkVersion, leadingNumbers, wireCodec } from './codec.ts'
import { STANDINGS, type Submit, type SubmitAnswer, type SubmittedResult } from './messages.ts'
import type { ResultFileLayout, ResultLayout } from './spec/index.js'

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

/** A zero stands where results without files say how many they are, which is never none. */
const resultsWithFiles = wireCodec<'@wire/results-with-files', readonly SubmittedResult[]>({
  what: 'results',
  layout: '@wire/results-with-files',
  maxBytes: LIMITS.submitBytes,
  toLayout: (list) => ({
    zero: 0,
    results: list.map(({ files: _, ...result }) => ({
      ...result,
      outcome: OUTCOMES.indexOf(result.outcome),
    })),
    files: list.flatMap(({ files = [] }, result) => files.map((file) => ({ result, ...file }))),
  }),
  fromLayout({ zero, results: list, files }) {
    check.that(zero === 0, 'has no mark of files')
    check.that(list.length >= 1 && list.length <= LIMITS.submitResults, 'has none or too many')
    check.that(files.length > 0, 'has no files')
    check.that(
      files.every(({ result }, i) => result < list.length && result >= (files[i - 1]?.result ?? 0)),
      'has files of no result',
    )
    const byResult = groupsOf(files)
    return list.map((layout, i) => {
      const plain = resultOf(layout)
      const own = byResult.get(i)
      return own === undefined ? plain : { ...plain, files: filesOf(plain, own) }
    })
  },
})

function groupsOf(files: readonly ResultFileLayout[]): ReadonlyMap<number, ResultFileLayout[]> {
  const groups = new Map<number, ResultFileLayout[]>()
  for (const file of files) {
    const group = groups.get(file.result)
    if (group) group.push(file)
    else groups.set(file.result, [file])
  }
  return groups
}

function filesOf({ outcome }: SubmittedResult, layouts: readonly ResultFileLayout[]): readonly UnitFile[] {
  const files = layouts.map(({ path, bytes }) => ({ path, bytes }))
  check.that(outcome === 'ok', 'has files for an outcome without')
  const limits = { count: LIMITS.outputFiles, bytes: LIMITS.submitFilesBytes }
  check.that(filesProblem(files, limits) === undefined, 'has files that make no folder')
  check.that(
    files.every(({ path }, i) => i === 0 || compareNames(files[i - 1]?.path ?? '', path) < 0),
    'has files out of order',
  )
  return files
}

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
export function encodeResults(list: readonly SubmittedResult[]): Uint8Array {
  const haveFiles = Array.isArray(list) && list.some(({ files }: SubmittedResult) => files !== undefined)
  return (haveFiles ? resultsWithFiles : results).encode(list)
}
/** Byte fields are views of `bytes`. */
export function parseResults(bytes: Uint8Array): readonly SubmittedResult[] {
  if (bytes.byteLength > LIMITS.submitBytes) throw badRecord('results', 'is too long')
  checkVersion('results', bytes)
  const isMarked = leadingNumbers('results', bytes, 2)[1] === 0
  return (isMarked ? resultsWithFiles : results).parse(bytes)
}
export const encodeSubmit: (value: Submit) => Uint8Array = submit.encode
export const parseSubmit: (bytes: Uint8Array) => Submit = submit.parse
export const encodeSubmitAnswer: (value: SubmitAnswer) => Uint8Array = answer.encode
export const parseSubmitAnswer: (bytes: Uint8Array) => SubmitAnswer = answer.parse
