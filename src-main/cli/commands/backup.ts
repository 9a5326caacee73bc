import { resolve } from 'node:path'
import type { Command } from 'commander'
import { restoreProject } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'

interface BackupOptions {
  readonly out: string
}
interface RestoreOptions {
  readonly newest?: boolean
}

/** `powerswarm backup --out DIR`: the project as it is now, while it is served or not. */
export function addBackupCommand(parent: Command, io: CliIo): void {
  parent
    .command('backup')
    .description('copy a project, its key included, to a safe place; serving goes on')
    .requiredOption('--out <dir>', 'backup folder; earlier backups of the project in it are replaced')
    .addHelpText(
      'after',
      examples(
        ['powerswarm backup --out /media/disk/powerswarm', 'the project as it is at this moment'],
        ['powerswarm serve --backup /media/disk/powerswarm', 'better: nothing acknowledged is ever missing'],
      ),
    )
    .action(async ({ out }: BackupOptions, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const { dir } = await withPublisher(homeDir, project, (engine) => engine.backup({ dir: resolve(out) }))
      output.note('Whoever has this folder has the project’s key: keep it to yourself')
      output.answer({ dir }, [dir])
    })
}

/** `powerswarm restore DIR`: a project from its newest backup. */
export function addRestoreCommand(parent: Command, io: CliIo): void {
  parent
    .command('restore')
    .description('put a project back from its newest backup')
    .argument('<dir>', 'backup folder')
    .option('--newest', 'nothing was published or granted after the backup: go on without asking donors')
    .addHelpText(
      'after',
      examples(
        [
          'powerswarm restore /media/disk/powerswarm',
          'then serve: it goes on when a donor has shown that nothing is missing',
        ],
        [
          'powerswarm restore /media/disk/powerswarm --newest',
          'when the project was only ever served with --backup and ends there',
        ],
      ),
    )
    .action(async (dir: string, { newest = false }: RestoreOptions, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const restored = await restoreProject({
        homeDir,
        backupDir: resolve(dir),
        newest,
        ...(project === undefined ? {} : { project }),
      })
      const at = new Date(restored.backup.at).toISOString()
      output.note(`Restored '${restored.name}' from the backup begun on ${at}`)
      if (!newest) output.note('It publishes and grants again once a donor that it knows has connected')
      output.answer(restored, [restored.link])
    })
}
