import type { Command } from 'commander'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'
import { sizeText } from '../quantities.ts'
import { quantity } from '../text.ts'

/** `powerswarm project info`: what donors see of the project. */
export function addProjectInfo(parent: Command, io: CliIo): void {
  parent
    .command('info')
    .description('show what donors see of a project')
    .addHelpText('after', examples(['powerswarm project info --project primes', 'name, purpose, link, apps']))
    .action(async (_options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const status = await withPublisher(homeDir, project, (engine) => engine.status())
      const { name, purpose, link, projectKey, apps, batches } = status
      output.answer({ name, purpose, link, projectKey, apps, batches: batches.length }, [
        name,
        `  purpose  ${purpose}`,
        `  link     ${link}`,
        ...apps.map(
          ({ app, name: appName, moduleHash, memoryLimitBytes }) =>
            `  app ${String(app)}    ${appName}  ${moduleHash}  at most ${sizeText(memoryLimitBytes)}`,
        ),
        `  ${quantity(batches.length, 'batch', 'batches')}`,
      ])
    })
}
