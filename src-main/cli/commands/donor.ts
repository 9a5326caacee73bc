import type { Command } from 'commander'
import { parseLink } from '../../contracts/wire/link.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { parsePreferences, type Preferences } from '../../domain/preferences.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withDonor } from '../donor-connection.ts'
import { donorLines, donorView } from '../donor-lines.ts'
import { joinedProject } from '../joined-project.ts'
import { stopSignal } from '../stop-signal.ts'

/** `powerswarm donor …`: the donor that runs on this machine, asked from a terminal. */
export function addDonorCommands(parent: Command, io: CliIo): void {
  addStatus(parent, io)
  addJoin(parent, io)
  addLeave(parent, io)
  addSet(parent, io)
}

function addStatus(parent: Command, io: CliIo): void {
  parent
    .command('status')
    .description('show what the donor on this machine is doing')
    .option('--follow', 'go on showing it until Ctrl-C')
    .addHelpText('after', examples(['powerswarm donor status --follow', 'the app’s state, live']))
    .action(async ({ follow }: { follow?: true }, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      const patience = follow === true ? 'for-start' : 'if-starting'
      await withDonor(homeDir, output, patience, async ({ engine, onClose }) => {
        const state = await engine.state()
        if (follow !== true) {
          output.answer(state, donorLines(state))
          return
        }
        const signal = stopSignal()
        const view = donorView(output)
        view.show(state)
        engine.on('changed', (changed) => {
          view.show(changed)
        })
        await Promise.race([signal.stopped, new Promise<void>((resolve) => onClose(resolve))])
        signal.release()
        view.end()
      })
    })
}

function addJoin(parent: Command, io: CliIo): void {
  parent
    .command('join')
    .description('let the donor on this machine join a project')
    .argument('<link>', 'the project’s powerswarm:// link')
    .addHelpText(
      'after',
      examples(["powerswarm donor join 'powerswarm://ybndr…'", 'the same as pasting it in the app']),
    )
    .action(async (link: string, _options: unknown, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      parseLink(link)
      const { projectKey } = await withDonor(homeDir, output, 'for-start', ({ engine }) =>
        engine.joinProject({ link }),
      )
      output.answer({ projectKey }, [`Joined project ${projectKey}`])
    })
}

function addLeave(parent: Command, io: CliIo): void {
  parent
    .command('leave')
    .description(
      'let the donor on this machine leave a project; units that are not finished go to other donors',
    )
    .argument('<project>', 'its name, link or key, as donor status shows them')
    .addHelpText(
      'after',
      examples([
        'powerswarm donor leave "Mersenne primes"',
        'its credit stays; joining again goes on with it',
      ]),
    )
    .action(async (named: string, _options: unknown, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      const projectKey = await withDonor(homeDir, output, 'if-starting', async ({ engine }) => {
        const key = joinedProject(await engine.state(), named)
        await engine.leaveProject({ projectKey: key })
        return key
      })
      output.answer({ projectKey }, [`Left project ${projectKey}`])
    })
}

function addSet(parent: Command, io: CliIo): void {
  parent
    .command('set')
    .description('change preferences of the donor on this machine')
    .argument('<name=value...>', 'preferences and their new values')
    .addHelpText(
      'after',
      examples(['powerswarm donor set idleSeconds=60 cores=2', 'compute after a minute, on two cores']),
    )
    .action(async (pairs: string[], _options: unknown, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      const changes = parsePreferencePairs(pairs)
      const preferences = await withDonor(homeDir, output, 'for-start', ({ engine }) =>
        engine.setPreferences(changes),
      )
      output.answer(
        preferences,
        Object.entries(preferences).map(([name, value]) => `${name}=${String(value)}`),
      )
    })
}

/** Reads `name=value` pairs. Throws `bad-argument` for a pair that is none and `bad-preference` as the donor would. */
export function parsePreferencePairs(pairs: readonly string[]): Partial<Preferences> {
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 1)
      throw new PowerswarmError('bad-argument', `A preference looks like name=value, not '${pair}'`)
    return [pair.slice(0, equals), valueOf(pair.slice(equals + 1))] as const
  })
  return parsePreferences(Object.fromEntries(entries))
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
