import { Command } from 'commander'
import { VERSION } from '../domain/version.ts'
import { addAppCommands } from './commands/app-add.ts'
import { addBackupCommand, addRestoreCommand } from './commands/backup.ts'
import { addBatchCommands } from './commands/batch-add.ts'
import { addBootstrapCommand } from './commands/bootstrap.ts'
import { addCancelCommand } from './commands/cancel.ts'
import { addDonateCommand } from './commands/donate.ts'
import { addDonorCommands } from './commands/donor.ts'
import { addDonorsCommands } from './commands/donors.ts'
import { addDonorEvidence, addDonorReceipt, addReceiptCommand } from './commands/receipt.ts'
import { addProjectClose } from './commands/project-close.ts'
import { addProjectCreate } from './commands/project-create.ts'
import { addProjectInfo } from './commands/project-info.ts'
import { addProjectLink } from './commands/project-link.ts'
import { addProjectExportKey, addProjectImportKey } from './commands/project-move.ts'
import { addRelayCommand } from './commands/relay.ts'
import { addResultsCommand } from './commands/results.ts'
import { addRetryCommand } from './commands/retry.ts'
import { addRunCommand } from './commands/run.ts'
import { addServeCommand } from './commands/serve.ts'
import { addStatusCommand } from './commands/status.ts'
import { addVerifyCommand } from './commands/verify.ts'
import { closestWord } from './closest-word.ts'
import { addCommonOptions, examples, type CliIo } from './context.ts'

/**
 * All of `powerswarm`. Throws what the commands throw, and commander's own errors, for the caller to turn into one
 * line; `setExitCode` is for a command that ended as it should and still has something to report.
 */
export function createProgram(io: CliIo, setExitCode: (code: number) => void): Command {
  const program = addCommonOptions(new Command('powerswarm'))
    .description('Publish work to a swarm of volunteers’ computers, or donate this one')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => {
        io.answers.write(text)
      },
      // Errors are told once, by whoever catches them.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      examples(
        [
          'powerswarm project create primes --purpose "Find Mersenne primes"',
          'make a project; prints its link',
        ],
        ['powerswarm app add mersenne.wasm', 'check, meter and publish a WebAssembly module'],
        [
          "powerswarm batch add --app mersenne --range 0..999 --arg '{n}' --arg 100",
          'publish 1,000 work units',
        ],
        ['powerswarm serve', 'hand out units and verify results until Ctrl-C'],
        ['powerswarm results --out results', 'collect what is verified'],
        ["powerswarm donate 'powerswarm://…'", 'compute for a project on a machine without a desktop'],
      ),
    )
  showHelpWithoutCommand(program)

  const project = program.command('project').description('make and describe projects')
  showHelpWithoutCommand(project)
  addProjectCreate(project, io)
  addProjectInfo(project, io)
  addProjectLink(project, io)
  addProjectClose(project, io)
  addProjectExportKey(project, io)
  addProjectImportKey(project, io)
  const app = program
    .command('app')
    .description('publish apps: WebAssembly modules (WASI preview 1 commands)')
  showHelpWithoutCommand(app)
  addAppCommands(app, io)
  const batch = program.command('batch').description('publish batches of work units')
  showHelpWithoutCommand(batch)
  addBatchCommands(batch, io)
  addCancelCommand(program, io)
  addServeCommand(program, io)
  addStatusCommand(program, io)
  addResultsCommand(program, io)
  addDonorsCommands(program, io)
  addRetryCommand(program, io)
  addBackupCommand(program, io)
  addRestoreCommand(program, io)
  addReceiptCommand(program, io)
  addVerifyCommand(program, io, setExitCode)
  addDonateCommand(program, io)
  const donor = program.command('donor').description('look at and steer the donor that runs on this machine')
  showHelpWithoutCommand(donor)
  addDonorCommands(donor, io)
  addDonorReceipt(donor, io)
  addDonorEvidence(donor, io)
  addBootstrapCommand(program, io)
  addRelayCommand(program, io)
  addRunCommand(program, io, setExitCode)
  askLastForWhatIsMissing(program)
  return program
}

/** Whoever wrote `--output` for `--out` wants to hear that, and not that `--out` is missing. */
function askLastForWhatIsMissing(command: Command): void {
  for (const sub of command.commands) askLastForWhatIsMissing(sub)
  for (const option of command.options.filter(({ mandatory }) => mandatory)) {
    option.mandatory = false
    command.hook('preAction', () => {
      if (command.getOptionValue(option.attributeName()) === undefined)
        command.error(`error: required option '${option.flags}' not specified`)
    })
  }
}

/** A command that only groups others teaches instead of complaining, but an unknown name is still an error. */
function showHelpWithoutCommand(group: Command): void {
  group
    .usage('[options] <command>')
    .argument('[command]')
    .action((name: string | undefined) => {
      if (name === undefined) group.outputHelp()
      else group.error(unknownCommand(group, name))
    })
}

function unknownCommand(group: Command, name: string): string {
  const path = group.parent === null ? 'powerswarm' : `powerswarm ${group.name()}`
  const meant = closestWord(
    name,
    group.commands.map((command) => command.name()),
  )
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  return `error: unknown command '${name}'${hint || `; '${path} --help' lists them`}`
}
