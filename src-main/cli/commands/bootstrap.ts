import { networkInterfaces } from 'node:os'
import type { Command } from 'commander'
import { startPrivateDht } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { parseHost, parseWhole } from '../quantities.ts'
import { stopSignal } from '../stop-signal.ts'

interface Options {
  readonly host: string
  readonly port?: string
  readonly nodes: string
}

/** Fewer nodes connect peers but carry no bytes between them. */
const NODES_MIN = 4
const NODES_MAX = 64

/** `powerswarm bootstrap`: a DHT of one's own, for a network without the internet. */
export function addBootstrapCommand(parent: Command, io: CliIo): void {
  parent
    .command('bootstrap')
    .description('run a private DHT until Ctrl-C, for a network without the internet')
    .option('--host <address>', 'address of this machine that the others can reach', '127.0.0.1')
    .option('--port <n>', 'UDP port of the first node (default: a free one)')
    .option('--nodes <n>', 'DHT nodes to run', String(NODES_MIN))
    .addHelpText(
      'after',
      examples([
        'powerswarm bootstrap --host 10.0.0.5',
        'prints the addresses for `powerswarm project create --bootstrap …`',
      ]),
    )
    .action(async ({ host, port, nodes }: Options, command: Command) => {
      const { output } = contextOf(command, io)
      const count = parseWhole(nodes, '--nodes', NODES_MIN, NODES_MAX)
      const first = port === undefined ? {} : { port: parseWhole(port, '--port', 1, 65_535) }
      const address = parseHost(host, '--host')
      const signal = stopSignal()
      try {
        const dht = await startPrivateDht({ host: address, ...first, nodes: count })
        try {
          const bootstrap = dht.bootstrap
            .map((address) => `${address.host}:${String(address.port)}`)
            .join(',')
          output.answer({ bootstrap }, [bootstrap])
          if (!ownAddresses().includes(address))
            output.note(
              `This computer has no address ${address}: others reach it only if a router passes them on`,
            )
          output.note('The private DHT runs until Ctrl-C')
          await signal.stopped
        } finally {
          await dht.close()
        }
      } finally {
        signal.release()
      }
    })
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((items) => (items ?? []).map((item) => item.address))
}
