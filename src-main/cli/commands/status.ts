import type { Command } from 'commander'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'
import { statusLines } from '../status-lines.ts'

/** `powerswarm status`: how far a project is, whether it is being served or not. */
export function addStatusCommand(parent: Command, io: CliIo): void {
  parent
    .command('status')
    .description('show how far a project is')
    .addHelpText(
      'after',
      examples(
        ['powerswarm status', 'units by state, donors, credit granted'],
        ['powerswarm status --json', 'the same for programs; fuel is written as text'],
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const status = await withPublisher(homeDir, project, (engine) => engine.status())
      output.answer(status, statusLines(status))
    })
}
