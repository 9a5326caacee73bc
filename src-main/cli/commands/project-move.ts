import { resolve } from 'node:path'
import type { Command } from 'commander'
import { exportProject, importProject } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { chooseProject } from '../project-choice.ts'

interface ExportOptions {
  readonly out: string
}
interface ImportOptions {
  readonly newest?: boolean
}

/** `powerswarm project export-key --out FILE`: the project leaves this machine. */
export function addProjectExportKey(parent: Command, io: CliIo): void {
  parent
    .command('export-key')
    .description(
      'move a project to another machine: write it with its key into a file, and never serve it here again',
    )
    .requiredOption('--out <file>', 'file to write; it must not exist')
    .addHelpText(
      'after',
      examples([
        'powerswarm project export-key --out primes.project',
        "then 'powerswarm project import-key primes.project' where it is to go on",
      ]),
    )
    .action(async ({ out }: ExportOptions, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const folder = chooseProject(homeDir, project)
      const file = resolve(out)
      await exportProject({ homeDir, folder, file })
      output.note(
        'Whoever has this file has the project: it has no password. Keep it to yourself, and delete it once it is imported',
      )
      output.note('Import it once, and restore no earlier backup: two machines that write one project end it')
      output.note('Inputs of batches are not in it; add those batches again')
      output.answer({ file, project: folder }, [file])
    })
}

/** `powerswarm project import-key FILE`: the project goes on here. */
export function addProjectImportKey(parent: Command, io: CliIo): void {
  parent
    .command('import-key')
    .description('go on here with a project that another machine exported')
    .argument('<file>', 'what export-key wrote')
    .option('--newest', 'the file was imported nowhere else: go on without asking donors')
    .addHelpText(
      'after',
      examples(
        [
          'powerswarm project import-key primes.project',
          'then serve: it goes on when a donor has shown that nothing is missing',
        ],
        ['powerswarm project import-key primes.project --newest', 'when no other machine ever imported it'],
      ),
    )
    .action(async (file: string, { newest = false }: ImportOptions, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      const imported = await importProject({ homeDir, file: resolve(file), newest })
      output.note(`'${imported.name}' lies in ${imported.dir}; delete ${file} once it is served`)
      if (!newest) output.note('It publishes and grants again once a donor that it knows has connected')
      output.answer(imported, [imported.link])
    })
}
