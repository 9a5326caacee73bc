import { lineFault } from './display-text.ts'
import { PowerswarmError } from './errors.ts'
import type { UnitId } from './ids.ts'
import { LIMITS } from './limits.ts'
import type { Batch } from './project.ts'
import { NO_INPUTS, type UnitInputs } from './unit-inputs.ts'

/** A range of numbers, both ends included. */
export interface Range {
  readonly first: number
  readonly count: number
}

/** Reads `A..B`, both ends included: `0..9` is ten units. Throws `bad-argument` that says what is wrong. */
export function parseRange(text: string): Range {
  const match = /^(\d+)\.\.(\d+)$/.exec(text)
  if (!match) throw bad(`A range looks like 0..999, not '${text}'`)
  const first = Number(match[1])
  const last = Number(match[2])
  if (last < first) throw bad(`The range '${text}' ends before it begins`)
  if (!Number.isSafeInteger(last)) throw bad(`The range '${text}' goes beyond ${Number.MAX_SAFE_INTEGER}`)
  return checkRange({ first, count: last - first + 1 })
}

/** Throws `bad-argument` for a range that is empty, too long or beyond exact whole numbers. */
export function checkRange(range: Range): Range {
  const { first, count } = range
  if (!Number.isSafeInteger(first) || first < 0) throw bad('A range starts at a whole number from 0')
  if (!Number.isSafeInteger(count) || count < 1) throw bad('A range has at least one unit')
  if (count > LIMITS.batchUnits) throw bad(`A batch has at most ${LIMITS.batchUnits} units, not ${count}`)
  // Not as a sum: beyond exact whole numbers it would be rounded back into them.
  if (count - 1 > Number.MAX_SAFE_INTEGER - first)
    throw bad(`A range ends at ${Number.MAX_SAFE_INTEGER} at most`)
  return range
}

const LONGEST_NUMBER = String(Number.MAX_SAFE_INTEGER)
const PLACEHOLDER = /\{([A-Za-z_]\w*)\}/g

/** What an argument template may hold. `name` only where units have names: in a batch with inputs. */
export type Placeholder = 'n' | 'name'

/**
 * Checks an argument template: `{n}` stands for the unit's number, `{name}` for its name, other `{words}` are refused,
 * braces around anything else are plain text. What passes may stand in a batch's record, where people read it and
 * programs receive it. Throws `bad-argument`, naming the argument by its place (from 1).
 */
export function checkTemplate(
  template: readonly string[],
  allowed: readonly Placeholder[] = ['n'],
): readonly string[] {
  const longest = template.map((argument) => argument.replaceAll('{n}', LONGEST_NUMBER))
  checkArguments(longest)
  for (const [index, argument] of template.entries())
    for (const [text, name] of argument.matchAll(PLACEHOLDER))
      if (!(allowed as readonly (string | undefined)[]).includes(name)) {
        const known = allowed.map((word) => `{${word}}`).join(' and ')
        const only = allowed.length === 1 ? 'the only placeholder is' : 'the only placeholders are'
        throw bad(`Argument ${index + 1} holds ${text}; ${only} ${known}`)
      }
  return template
}

/** Checks arguments as they are. Throws `bad-argument`, naming the argument by its place (from 1). */
export function checkArguments(args: readonly string[]): readonly string[] {
  if (args.length > LIMITS.argumentCount)
    throw bad(`An app takes at most ${LIMITS.argumentCount} arguments, not ${args.length}`)
  let total = 0
  for (const [index, argument] of args.entries()) {
    const place = `Argument ${index + 1}`
    if (argument.length > LIMITS.argumentBytes)
      throw bad(`${place} may become longer than ${LIMITS.argumentBytes} characters`)
    const fault = lineFault(argument, LIMITS.argumentBytes)
    if (fault !== undefined) throw bad(`${place} ${fault}`)
    total += argument.length
  }
  if (total > LIMITS.argumentBytes)
    throw bad(`The arguments may together become longer than ${LIMITS.argumentBytes} characters`)
  return args
}

/** The number that a unit of this batch stands for. */
export function unitNumber(batch: Batch, index: number): number {
  return batch.first + index
}

/** The unit that stands for number `n`; undefined outside the batch. */
export function unitForNumber(batch: Batch, n: number): UnitId | undefined {
  const index = n - batch.first
  return Number.isSafeInteger(index) && index >= 0 && index < batch.count
    ? { batch: batch.batch, index }
    : undefined
}

/** The arguments of one unit: the template with number and name filled in, then those of its own. */
export function unitArguments(
  batch: Pick<Batch, 'first' | 'args'>,
  index: number,
  inputs: Pick<UnitInputs, 'name' | 'args'> = NO_INPUTS,
): string[] {
  const n = String(batch.first + index)
  const name = unitName(batch, index, inputs)
  const words: Readonly<Record<string, string>> = { '{n}': n, '{name}': name }
  return [
    ...batch.args.map((argument) => argument.replaceAll(/\{n(?:ame)?\}/g, (word) => words[word] ?? word)),
    ...inputs.args,
  ]
}

/** What a unit is called: by the name of its inputs or else by its number. */
export function unitName(
  { first }: Pick<Batch, 'first'>,
  index: number,
  inputs: Pick<UnitInputs, 'name'> = NO_INPUTS,
): string {
  return inputs.name === '' ? String(first + index) : inputs.name
}

function bad(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
