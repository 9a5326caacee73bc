import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { checkTemplate, parseRange } from '../../domain/batch.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { LIMITS } from '../../domain/limits.ts'
import { policyFor } from '../../domain/max-error.ts'
import { defaultReserve } from '../../domain/reserve.ts'
import type { InputsPlace } from '../../domain/unit-inputs.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { readKnownAnswers } from '../known-answers.ts'
import { withPublisher } from '../publisher-connection.ts'
import { parseDeadline, parsePriority } from '../plans.ts'
import { parseBytes, parseFuel, parseWhole, sizeText } from '../quantities.ts'
import { quantity } from '../text.ts'
import { parseMemory } from './app-add.ts'

interface Options {
  readonly app: string
  readonly range?: string
  readonly inputs?: string
  readonly arg: readonly string[]
  readonly quorum: string
  readonly maxError?: string
  readonly known?: string
  readonly maxFuel?: string
  readonly memory?: string
  readonly output?: string
  readonly reserve?: string
  readonly priority?: string
  readonly deadline?: string
}

/** `powerswarm batch add`: publishes work units over one app: a range of numbers, or one for each input. */
export function addBatchCommands(parent: Command, io: CliIo): void {
  parent
    .command('add')
    .description('publish work units over one app: a range of numbers, or one for each input')
    .requiredOption('--app <app>', 'name of the app (the one that app add added last) or its number')
    .option('--range <A..B>', 'one unit for each number from A to B, both included')
    .option(
      '--inputs <path>',
      'one unit for each entry of a folder (a file is found as /in/<its name>, a folder’s content as /in), or for each line of a .jsonl file',
    )
    .option(
      '--arg <template>',
      'an argument of the app; {n} stands for the unit’s number, {name} for its entry’s name; repeatable',
      collect,
      [],
    )
    .option('--quorum <n>', 'equal results from different donors that make a unit verified', '2')
    .option(
      '--max-error <share>',
      'trust donors that have proven themselves, as far as this share of wrong results allows',
    )
    .option(
      '--known <file>',
      'answers that you know, one JSON object a line as run --json prints them, with their n: donors are checked by them',
    )
    .option('--max-fuel <n>', 'most instructions of a unit, such as 5e9 or 1T (default: 1e12)')
    .option(
      '--memory <size>',
      'most memory of a unit (default: the app’s; another limit publishes the app once more, for this limit alone)',
    )
    .option('--output <size>', OUTPUT_HELP)
    .option(
      '--reserve <n>',
      'units kept until all others were handed out, for donors that you leave without work while you are away (default: a sixteenth of a range of 64 units or more, none with --quorum 1)',
    )
    .option('--priority <n>', 'batches of a higher priority are handed out first, -1000 to 1000 (default: 0)')
    .option(
      '--deadline <date>',
      'when you want it, such as 2027-03-01 or 2027-03-01T18:00; the earlier comes first',
    )
    .addHelpText(
      'after',
      examples(
        [
          "powerswarm batch add --app mersenne --range 0..999 --arg '{n}' --arg 100",
          '1,000 units: mersenne 0 100, mersenne 1 100, … mersenne 999 100',
        ],
        [
          "powerswarm batch add --app docking --range 1..50000 --arg '--ligand={n}' --quorum 3 --max-fuel 2T",
          'three equal results each, at most 2·10¹² instructions a unit',
        ],
        [
          "powerswarm batch add --app docking --inputs ligands --arg '/in/{name}'",
          'one unit for each file in the folder ligands',
        ],
        [
          'powerswarm batch add --app docking --inputs units.jsonl',
          'one unit for each line, such as {"args": ["-v"], "stdin": "text", "files": {"a.pdb": "data/a.pdb"}}',
        ],
        [
          "powerswarm batch add --app mersenne --range 0..999999 --arg '{n}' --max-error 0.001",
          'little more than one execution a unit: a tenth of the donors, all forging, get 0.1 % past the checks',
        ],
      ),
    )
    .action(async (options: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const work = workOf(options)
      const deadline = parseDeadline(options.deadline, Date.now())
      const quorum = parseWhole(options.quorum, '--quorum', 1, LIMITS.quorumMax)
      const batch = {
        app: options.app,
        ...work,
        args: [...checkTemplate(options.arg, work.inputs?.kind === 'folder' ? ['n', 'name'] : ['n'])],
        quorum,
        maxError: parseMaxError(options.maxError),
        known: options.known === undefined ? undefined : readKnownAnswers(options.known),
        maxFuel: parseMaxFuel(options.maxFuel),
        maxOutputBytes: parseOutput(options.output),
        ...reserveOf(options.reserve, work.count, quorum),
        ...(options.memory !== undefined && { memoryLimitBytes: parseMemory(options.memory) }),
        ...(options.priority !== undefined && { priority: parsePriority(options.priority) }),
        ...(deadline !== undefined && { deadline }),
      }
      const added = await withPublisher(homeDir, project, (engine) => engine.addBatch(batch))
      const limit = batch.memoryLimitBytes
      const over =
        limit === undefined ? '' : `, over app ${String(added.app)} with at most ${sizeText(limit)} of memory`
      output.answer(added, [`batch ${String(added.batch)}: ${quantity(added.units, 'unit')}${over}`])
      const { count = 1 } = work
      if (count > 1 && !batch.args.some((argument) => argument.includes('{n}')))
        output.note(`No argument holds {n}: all ${quantity(count, 'unit')} do the same.`)
    })
}

/** Where the units come from. Throws `bad-argument` unless exactly one place is named. */
function workOf({ range, inputs }: Options): {
  readonly first?: number
  readonly count?: number
  readonly inputs?: InputsPlace
} {
  if (range !== undefined && inputs !== undefined)
    throw new PowerswarmError('bad-argument', 'Units come from --range or from --inputs, not from both')
  if (range !== undefined) return parseRange(range)
  if (inputs === undefined)
    throw new PowerswarmError('bad-argument', 'Say where the units come from: --range A..B or --inputs PATH')
  const path = resolve(inputs)
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new PowerswarmError('file-not-found', `There are no inputs at ${inputs}`)
  return { inputs: { kind: found.isDirectory() ? 'folder' : 'lines', path } }
}

/** `--reserve`: only units of a range can be kept. */
function reserveOf(
  text: string | undefined,
  count: number | undefined,
  quorum: number,
): { readonly reserve?: number } {
  if (text !== undefined) return { reserve: parseWhole(text, '--reserve', 0, LIMITS.batchUnits) }
  return count === undefined ? {} : { reserve: defaultReserve(count, quorum) }
}

/** `--max-fuel` of `batch add` and `run`. */
export function parseMaxFuel(text: string | undefined): bigint {
  return text === undefined
    ? LIMITS.fuelPerUnitDefault
    : parseFuel(text, '--max-fuel', 1n, LIMITS.fuelPerUnit)
}

/** Throws `bad-argument` for a share that no trust in donors stays within. */
function parseMaxError(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const share = /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  policyFor(share)
  return share
}

export const OUTPUT_HELP = `most standard output of a unit (default: ${sizeText(LIMITS.outputBytesDefault)})`

/** `--output` of `batch add` and `run`. */
export function parseOutput(text: string | undefined): number {
  return text === undefined ? LIMITS.outputBytesDefault : parseBytes(text, '--output', 0, LIMITS.outputBytes)
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
