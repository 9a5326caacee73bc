import type { Command } from 'commander'
import { PowerswarmError } from '../../domain/errors.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'
import { quantity } from '../text.ts'

/** `powerswarm retry`: units that ended without a decision are computed anew. */
export function addRetryCommand(parent: Command, io: CliIo): void {
  parent
    .command('retry')
    .description('have units that are inconclusive or suspended computed anew, by other donors')
    .argument('<batch>', 'number of the batch, or batch.index of one unit')
    .addHelpText(
      'after',
      examples(
        ['powerswarm retry 0', 'all such units of batch 0'],
        ['powerswarm retry 0.17', 'unit 17 of batch 0'],
      ),
    )
    .action(async (which: string, _options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const parsed = parseWhich(which)
      const retried = await withPublisher(homeDir, project, (engine) => engine.retry(parsed))
      output.answer(retried, [`${quantity(retried.units, 'unit')} to be computed anew`])
    })
}

function parseWhich(text: string): { batch: number; index?: number } {
  const [, batch, index] = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(text) ?? []
  if (batch === undefined)
    throw new PowerswarmError(
      'bad-argument',
      `'${text}' is neither a batch, such as 0, nor a unit, such as 0.17`,
    )
  return { batch: Number(batch), ...(index === undefined ? {} : { index: Number(index) }) }
}
