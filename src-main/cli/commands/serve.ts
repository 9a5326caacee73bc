import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { PublisherStatus } from '../../contracts/publisher-state.ts'
import { REWRITER_VERSION } from '../../toolchain/index.ts'
import { errorCode, PowerswarmError } from '../../domain/errors.ts'
import {
  openPublisher,
  runningPublisher,
  type Publisher,
  type PublisherInit,
} from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { PaceMeter } from '../eta.ts'
import { LiveView } from '../live-view.ts'
import type { Output } from '../output.ts'
import { chooseProject } from '../project-choice.ts'
import { parseHost, parseWhole } from '../quantities.ts'
import { servingLine, totals } from '../status-lines.ts'
import { stopSignal } from '../stop-signal.ts'

interface Options {
  readonly verifyCores: string
  readonly host?: string
  readonly open?: boolean
  readonly backup?: string
}

const VERIFY_CORES_MAX = 1024
const WAIT_MS = 15_000
const RETRY_MS = 50

/** `powerswarm serve`: hands out units, verifies results and grants credit until it is told to stop. */
export function addServeCommand(parent: Command, io: CliIo): void {
  parent
    .command('serve')
    .description('hand out units, verify results and grant credit until Ctrl-C')
    .option('--verify-cores <n>', 'cores of this machine that recompute second copies', '1')
    .option('--host <address>', 'address to listen at (default: all)')
    .option('--open', 'donors can reach this machine directly: it is not behind a firewall or router')
    .option(
      '--no-open',
      'it is behind one, and the DHT is a private one (which is taken for a local network)',
    )
    .option('--backup <dir>', 'keep a copy of the project in this folder up to date, its key included')
    .addHelpText(
      'after',
      examples(
        ['powerswarm serve', 'stop with Ctrl-C at any time; nothing is lost'],
        [
          'powerswarm serve --verify-cores 0',
          'leave all computing to donors; a quorum of 2 then takes two of them',
        ],
        [
          'powerswarm serve --backup /media/disk/powerswarm',
          'whatever donors were told is also on that disk; powerswarm restore puts it back',
        ],
        [
          'powerswarm serve --open --json >> progress.jsonl',
          'on a server, with a line of status every second or so',
        ],
      ),
    )
    .action(async ({ verifyCores, host, open, backup }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const cores = parseWhole(verifyCores, '--verify-cores', 0, VERIFY_CORES_MAX)
      const bind = host === undefined ? {} : { host: parseHost(host, '--host') }
      const folder = chooseProject(homeDir, project)
      const signal = stopSignal()
      try {
        const init = {
          homeDir,
          folder,
          rewriterVersion: REWRITER_VERSION,
          listen: true,
          ...(backup === undefined ? {} : { backupDir: resolve(backup) }),
        }
        const publisher = await openToServe(init, signal.stopped)
        if (publisher === undefined) return
        try {
          await publisher.serve({
            verifyCores: cores,
            ...bind,
            ...(open === undefined ? {} : { open }),
          })
          const first = publisher.status()
          output.note(`Serving '${first.name}': ${first.link}`)
          if (first.closed)
            output.note(
              `'${first.name}' is closed for good: donors that come are told so, nothing is handed out`,
            )
          const view = viewOf(output)
          view.show(first)
          const stopShowing = publisher.onChanged((status) => {
            view.show(status)
          })
          await Promise.race([signal.stopped, publisher.shutdownRequested])
          stopShowing()
          view.end()
          output.note('Stopping: finishing what donors were told …')
        } finally {
          await publisher.close()
        }
      } finally {
        signal.release()
      }
    })
}

/**
 * Another command that has the project open is done with it in a moment; another `serve` is not. Undefined when it was
 * stopped while it waited.
 */
async function openToServe(init: PublisherInit, stopped: Promise<void>): Promise<Publisher | undefined> {
  const { homeDir, folder } = init
  const stop = stopped.then(() => true)
  for (let waitedMs = 0; ; waitedMs += RETRY_MS)
    try {
      return await openPublisher(init)
    } catch (error) {
      if (errorCode(error) !== 'data-folder-in-use') throw error
      const holder = runningPublisher(homeDir, folder)
      if (holder !== undefined && holder.socketPath !== '')
        throw new PowerswarmError(
          'data-folder-in-use',
          `Project '${folder}' is served already, by process ${String(holder.pid)} on this data folder; 'powerswarm status' shows it`,
          { cause: error },
        )
      if (waitedMs >= WAIT_MS) throw error
      if (await Promise.race([delay(RETRY_MS, false), stop])) return undefined
    }
}

function viewOf(output: Output): LiveView<PublisherStatus> {
  const meter = new PaceMeter()
  return new LiveView({
    output,
    line: (status) => {
      const { units, done } = totals(status)
      return servingLine(status, meter.pace(performance.now(), done, units))
    },
    headline: (status) => {
      const { units, done } = totals(status)
      // Grants reach the ledger a moment after the last unit is verified.
      return units > 0 && done === units ? `done ${String(status.ledger.grants)}` : 'working'
    },
  })
}
