import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DonorState } from '../../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../../src-main/contracts/publisher-state.ts'
import { builtFile } from '../build.ts'
import { runCli, startCliInside, startProgram, type Running } from '../command-line.ts'
import { printingApp } from '../small-apps.ts'
import { INTERNET_HOSTS, type NatLab, type Place } from './lab.ts'

/** A publisher and a donor of the command line, in namespaces, with a DHT and a relay on the lab's internet. */
export interface LabSwarm {
  /** The link of a fresh project with work for a few units; with `relay` it names the relay. */
  publish(place: Place, options?: { readonly relay?: boolean }): Promise<PublishedProject>
  /** A donor that forgets everything when it is stopped. */
  donate(place: Place, link: string): Promise<LabDonor>
  close(): Promise<void>
}

export interface PublishedProject {
  readonly link: string
  readonly process: Running
  stop(): Promise<void>
}

export interface LabDonor {
  readonly process: Running
  /** Milliseconds from the first sign of life to the connection with the publisher; undefined when none came in time. */
  connected(timeoutMs: number): Promise<number | undefined>
  /** Whether all units were verified and their credit checked in time. */
  credited(timeoutMs: number): Promise<boolean>
  stop(): Promise<void>
}

const UNITS = 4
const dhtPath = join(import.meta.dirname, '../../fixtures/nat/internet.ts')

export async function openLabSwarm(lab: NatLab): Promise<LabSwarm> {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-lab-'))
  const running = new Set<Running>()
  let homes = 0
  const home = (): string => join(dir, String(++homes))
  const start = async (place: Place, homeDir: string, ...args: readonly string[]): Promise<Running> => {
    const command = await startCliInside(lab.inside(place), homeDir, ...args, '--json')
    running.add(command)
    return command
  }
  const stop = async (command: Running): Promise<void> => {
    running.delete(command)
    await command.stop('SIGKILL')
  }
  writeFileSync(join(dir, 'hello.wasm'), printingApp('hello\n'))
  const dht = startProgram([...lab.inside('internet'), process.execPath, dhtPath, ...INTERNET_HOSTS], dir)
  running.add(dht)
  const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
  const relayArgs = ['relay', '--bootstrap', bootstrap, '--host', INTERNET_HOSTS[5] ?? '']
  const { relay } = (await (await start('internet', home(), ...relayArgs)).line(() => true)) as {
    relay: string
  }

  return {
    async publish(place, options = {}) {
      const homeDir = home()
      const answer = async (...args: readonly string[]): Promise<unknown> => {
        const { stdout, stderr } = await runCli(homeDir, ...args, '--json')
        if (stdout === '') throw new Error(`powerswarm ${args.join(' ')}: ${stderr}`)
        return JSON.parse(stdout)
      }
      const relayed = options.relay === true ? ['--relay', relay] : []
      const create = ['project', 'create', 'lab', '--purpose', 'x', '--bootstrap', bootstrap, ...relayed]
      const { link } = (await answer(...create)) as { link: string }
      await answer('app', 'add', join(dir, 'hello.wasm'))
      await answer('batch', 'add', '--app', 'hello', '--range', `1..${String(UNITS)}`, '--quorum', '1')
      const open = place === 'internet' ? '--open' : '--no-open'
      const process = await start(place, homeDir, 'serve', '--verify-cores', '0', open)
      await process.line((line) => (line as PublisherStatus).serving)
      return { link, process, stop: () => stop(process) }
    },
    async donate(place, link) {
      const process = await start(place, home(), 'donate', link, '--cores', '1')
      // A line is told once: all are waited for from the start.
      const online = process.line((line) => (line as DonorState).projects[0]?.connection === 'connected')
      const credited = process.line((line) => (line as DonorState).credit.unitsVerified === UNITS)
      for (const waiting of [online, credited]) waiting.catch(() => undefined)
      await process.line(() => true)
      const started = performance.now()
      return {
        process,
        connected: async (timeoutMs) => {
          const connectedMs = online.then(() => Math.round(performance.now() - started))
          return Promise.race([connectedMs, late(timeoutMs)])
        },
        credited: async (timeoutMs) =>
          (await Promise.race([credited.then(() => true), late(timeoutMs)])) === true,
        stop: () => stop(process),
      }
    },
    async close() {
      for (const command of [...running].reverse()) await stop(command)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function late(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
