import type { Command } from 'commander'
import { createProject } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { parseAddresses, parseRelayKey } from '../quantities.ts'

interface Options {
  readonly purpose: string
  readonly bootstrap?: string
  readonly relay?: string
  readonly publishResults?: boolean
}

/** `powerswarm project create NAME --purpose TEXT`: answers the project's link. */
export function addProjectCreate(parent: Command, io: CliIo): void {
  parent
    .command('create')
    .description('make a project and its key; answers the link that donors join by')
    .argument('<name>', 'name that donors see')
    .requiredOption(
      '--purpose <text>',
      'what the work is good for, in a sentence; donors read it before they join',
    )
    .option('--bootstrap <addresses>', 'host:port,… of a private DHT (default: the public one)')
    .option('--relay <key>', 'what `powerswarm relay` printed, for donors whose routers let nobody in')
    .option(
      '--publish-results',
      'let everybody see verified outputs of up to 4 KiB, as a screensaver shows them',
    )
    .addHelpText(
      'after',
      examples(
        ['powerswarm project create primes --purpose "Find Mersenne primes"', 'for donors anywhere'],
        [
          'powerswarm project create lab --purpose "Fold our proteins" --bootstrap 10.0.0.5:49737',
          'for donors of one network, without the internet',
        ],
      ),
    )
    .action(
      async (
        name: string,
        { purpose, bootstrap, relay, publishResults = false }: Options,
        command: Command,
      ) => {
        const { homeDir, output } = contextOf(command, io)
        const addresses =
          bootstrap === undefined ? {} : { bootstrap: parseAddresses(bootstrap, '--bootstrap') }
        const relayed = relay === undefined ? {} : { relay: parseRelayKey(relay, '--relay') }
        const created = await createProject({
          homeDir,
          name,
          purpose,
          publishResults,
          ...addresses,
          ...relayed,
        })
        output.note(
          `Made project '${name}' in ${created.dir}; keep a copy of its publisher.key in a safe place`,
        )
        if (created.link.includes('?'))
          output.note(`In a shell the link needs quotes: powerswarm donate '${created.link}'`)
        output.answer({ name, ...created }, [created.link])
      },
    )
}
