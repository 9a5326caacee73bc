import type { Command } from 'commander'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'

/** `powerswarm project link`: the link alone, for pipes. */
export function addProjectLink(parent: Command, io: CliIo): void {
  parent
    .command('link')
    .description('print the link that donors join by')
    .addHelpText(
      'after',
      examples(['powerswarm project link | qrencode -t ansi', 'the link for phones to scan']),
    )
    .action(async (_options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const { link } = await withPublisher(homeDir, project, (engine) => engine.status())
      output.answer({ link }, [link])
    })
}
