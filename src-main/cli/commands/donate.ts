import type { Command } from 'commander'
import { parseLink } from '../../contracts/wire/link.ts'
import { hostInfo, openHeadlessDonor } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { donorView } from '../donor-lines.ts'
import { parseWhole } from '../quantities.ts'
import { stopSignal } from '../stop-signal.ts'
import { quantity } from '../text.ts'

interface Options {
  readonly cores?: string
  readonly requireIsolation?: true
}

const CORES_MAX = 1024

/** `powerswarm donate LINK`: a donor without a desktop, computing until it is told to stop. */
export function addDonateCommand(parent: Command, io: CliIo): void {
  parent
    .command('donate')
    .description('compute for a project on this machine until Ctrl-C (for servers and labs)')
    .argument('<link>', 'the project’s powerswarm:// link')
    .option('--cores <n>', 'units at the same time (default: what was chosen before, else all cores but one)')
    .option(
      '--require-isolation',
      'refuse to start where units cannot be cut off from the network by the system',
    )
    .addHelpText(
      'after',
      examples(
        [
          "powerswarm donate 'powerswarm://ybndr…' --cores 4",
          'stop with Ctrl-C at any time; no result is lost',
        ],
        [
          "powerswarm donate 'powerswarm://ybndr…' --json > donor.jsonl",
          'with a line of state every second or so',
        ],
      ),
    )
    .action(async (link: string, options: Options, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      parseLink(link)
      const cores: { readonly cores?: number } =
        options.cores === undefined ? {} : { cores: parseWhole(options.cores, '--cores', 1, CORES_MAX) }
      const requireIsolation = options.requireIsolation ?? false
      const signal = stopSignal()
      try {
        const donor = await openHeadlessDonor({ homeDir, requireIsolation, ...cores })
        try {
          output.note(`Units run in: ${donor.isolation.note}`)
          const online = hostInfo.coresOnline()
          if (cores.cores !== undefined && cores.cores > online)
            output.note(
              `This machine has ${quantity(online, 'core')}: more units at a time do not make it faster.`,
            )
          const view = donorView(output)
          const stopShowing = donor.onChanged((state) => {
            view.show(state)
          })
          await donor.join(link)
          view.show(await donor.state())
          await Promise.race([signal.stopped, donor.shutdownRequested])
          stopShowing()
          view.end()
          output.note('Stopping: results that are not sent yet are kept …')
        } finally {
          await donor.close()
        }
      } finally {
        signal.release()
      }
    })
}
