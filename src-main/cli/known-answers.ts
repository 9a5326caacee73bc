import type { KnownAnswer } from '../contracts/engine.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { COUNTED_OUTCOMES } from '../domain/outcome.ts'
import { MIB } from '../domain/units.ts'
import { readInputFile } from './files.ts'

const FILE_BYTES = 64 * MIB

/**
 * Reads a file of known answers: one JSON object a line, such as `{"n":17,"outcome":"ok","fuel":"1234","stdout":"…"}`.
 * Other fields that `powerswarm run --json` prints are passed over. Throws `bad-argument`, naming the line.
 */
export function readKnownAnswers(path: string): KnownAnswer[] {
  const file = readInputFile(path, 'The file of known answers', FILE_BYTES)
  return parseKnownAnswers(new TextDecoder().decode(file), path)
}

/** What {@link readKnownAnswers} reads; `path` names the file in messages. */
export function parseKnownAnswers(text: string, path: string): KnownAnswer[] {
  const answers = text.split('\n').flatMap((line, index) => {
    const parsed = line.trim() === '' ? [] : [parseAnswer(line)]
    if (parsed.includes(undefined))
      throw new PowerswarmError(
        'bad-argument',
        `Line ${String(index + 1)} of ${path} is no known answer: {"n":17,"outcome":"ok","fuel":"1234","stdout":"…"}`,
      )
    return parsed.filter((answer) => answer !== undefined)
  })
  if (answers.length > LIMITS.knownAnswers)
    throw new PowerswarmError('bad-argument', `${path} has more than ${String(LIMITS.knownAnswers)} answers`)
  return answers
}

function parseAnswer(line: string): KnownAnswer | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (typeof raw !== 'object' || raw === null) return undefined
  const { n, outcome, exitCode = 0, fuel, stdout = '' } = raw as Readonly<Record<string, unknown>>
  const counted = COUNTED_OUTCOMES.find((each) => each === outcome)
  if (counted === undefined || typeof stdout !== 'string') return undefined
  if (!isWhole(n) || !isWhole(exitCode) || exitCode > 255) return undefined
  if (typeof fuel !== 'string' || !/^\d{1,19}$/.test(fuel)) return undefined
  return { n, outcome: counted, exitCode, fuel: BigInt(fuel), stdout: new TextEncoder().encode(stdout) }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
