import type { Command } from 'commander'
import { formatRelay } from '../../contracts/wire/link.ts'
import { startRelay } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { parseAddresses, parseHost } from '../quantities.ts'
import { stopSignal } from '../stop-signal.ts'

interface Options {
  readonly bootstrap?: string
  readonly host?: string
}

/** `powerswarm relay`: carries the traffic of donors and publishers that cannot reach each other. */
export function addRelayCommand(parent: Command, io: CliIo): void {
  parent
    .command('relay')
    .description('carry traffic between peers whose routers let nobody in, until Ctrl-C; it cannot read it')
    .option('--bootstrap <addresses>', 'host:port,… of a private DHT (default: the public one)')
    .option('--host <address>', 'address to listen at (default: all)')
    .addHelpText(
      'after',
      examples([
        'powerswarm relay',
        'on a machine with an open UDP port; prints the key for `powerswarm project create --relay …`',
      ]),
    )
    .action(async ({ bootstrap, host }: Options, command: Command) => {
      const { homeDir, output } = contextOf(command, io)
      const addresses = bootstrap === undefined ? {} : { bootstrap: parseAddresses(bootstrap, '--bootstrap') }
      const bind = host === undefined ? {} : { host: parseHost(host, '--host') }
      const signal = stopSignal()
      try {
        const relay = await startRelay({ homeDir, ...addresses, ...bind })
        try {
          output.answer({ relay: formatRelay(relay.key) }, [formatRelay(relay.key)])
          output.note('The relay runs until Ctrl-C')
          await signal.stopped
        } finally {
          await relay.close()
        }
      } finally {
        signal.release()
      }
    })
}
