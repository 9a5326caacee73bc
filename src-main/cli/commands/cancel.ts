import type { Command } from 'commander'
import type { Cancelled } from '../../contracts/engine.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import type { UnitId } from '../../domain/ids.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'
import { parseWhole } from '../quantities.ts'
import { quantity } from '../text.ts'
import { collect } from './batch-add.ts'

interface Options {
  readonly batch?: string
  readonly unit: readonly string[]
}

const NUMBER_MAX = 999_999_999

/** `powerswarm cancel`: takes a batch or units back. What is verified stays. */
export function addCancelCommand(parent: Command, io: CliIo): void {
  parent
    .command('cancel')
    .description('take a batch or units back: nobody computes them any more; what is verified stays')
    .option('--batch <n>', 'a whole batch, by its number')
    .option('--unit <batch.index>', 'a unit as the index of results names it; repeatable', collect, [])
    .addHelpText(
      'after',
      examples(
        ['powerswarm cancel --batch 2', 'the whole batch'],
        ['powerswarm cancel --unit 0.17 --unit 0.18', 'two units of batch 0'],
      ),
    )
    .action(async ({ batch, unit }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const units = unit.map(parseUnit)
      if ((batch === undefined) === (units.length === 0))
        throw new PowerswarmError('bad-argument', 'Say what to cancel: --batch N, or --unit B.I')
      const what = batch === undefined ? { units } : { batch: parseWhole(batch, '--batch', 0, NUMBER_MAX) }
      const cancelled = await withPublisher(homeDir, project, (engine) => engine.cancel(what))
      const whose = batch === undefined ? '' : `batch ${batch}: `
      output.answer({ cancelled: what, ...cancelled }, [whose + cancelledText(cancelled)])
    })
}

/** `cancelled 7 units; 3 with their results stay; 2 were cancelled before`. */
export function cancelledText({ units, ended, already }: Cancelled): string {
  const stay =
    ended === 0 ? [] : [`${quantity(ended, 'unit')} had ended and ${ended === 1 ? 'stays' : 'stay'}`]
  const before =
    already === 0 ? [] : [`${quantity(already, 'unit')} ${already === 1 ? 'was' : 'were'} cancelled before`]
  return [
    units === 0 ? 'cancelled nothing' : `cancelled ${quantity(units, 'unit')}`,
    ...stay,
    ...before,
  ].join('; ')
}

function parseUnit(text: string): UnitId {
  const match = /^(\d{1,9})\.(\d{1,12})$/.exec(text)
  if (!match)
    throw new PowerswarmError('bad-argument', `--unit takes batch.index such as 0.17, not '${text}'`)
  return { batch: Number(match[1]), index: Number(match[2]) }
}
