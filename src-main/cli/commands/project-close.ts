import type { Command } from 'commander'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'

/** `powerswarm project close`: tells donors that there will be no more work. */
export function addProjectClose(parent: Command, io: CliIo): void {
  parent
    .command('close')
    .description('end the project for good: donors stop; what is verified, and all credit, stays')
    .addHelpText(
      'after',
      examples([
        'powerswarm project close',
        "donors hear of it when they meet 'powerswarm serve', or another donor that has heard",
      ]),
    )
    .action(async (_options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const { name } = await withPublisher(homeDir, project, async (engine) => {
        await engine.closeProject()
        return engine.status()
      })
      output.answer({ closed: name }, [`'${name}' is closed`])
    })
}
