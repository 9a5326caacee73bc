import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeLeaseRequest } from '../../../src-main/contracts/wire/lease.ts'
import { parseLink } from '../../../src-main/contracts/wire/link.ts'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import { projectCoreKey } from '../../../src-main/engine/adapters/hyper/keys.ts'
import { openCoreStore } from '../../../src-main/engine/adapters/hyper/core-store.ts'
import { call, openRpc } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { targetOf, type FloodName, type FloodReport } from './floods.ts'
import { helloBytes, openRawNode, type RawNode } from './raw-peer.ts'

export interface Flooded extends FloodReport {
  readonly flood: FloodName
  readonly whom: Whom
  readonly count: number
  /** Most memory of the flooded process, resident, at any look. */
  readonly megabytes: number
  readonly megabytesBefore: number
  /** How often an honest peer asked meanwhile, how often it got no answer, and the longest wait. */
  readonly asked: number
  readonly unanswered: number
  readonly slowestMs: number
  readonly tookMs: number
}

export type Whom = 'publisher' | 'donor'

export interface UnderFloodInit {
  readonly flood: FloodName
  readonly count: number
  readonly whom: Whom
  readonly link: string
  /** The process that is flooded. */
  readonly pid: number
}

const LOOK_MS = 50
const ASK_MS = 250
const attackerPath = join(import.meta.dirname, '../../fixtures/floods/attacker.ts')

/** Lets an attacker in a process of its own flood another process, and watches memory and an honest peer meanwhile. */
export async function underFlood({ flood, count, whom, link, pid }: UnderFloodInit): Promise<Flooded> {
  const honest = await openHonestPeer(link, whom)
  const megabytesBefore = residentMegabytes(pid)
  let megabytes = megabytesBefore
  const looking = setInterval(() => (megabytes = Math.max(megabytes, residentMegabytes(pid))), LOOK_MS)
  const started = performance.now()
  const asking = honest.askUntilStopped()
  try {
    const report = await attack(flood, count, whom, link)
    const tookMs = Math.round(performance.now() - started)
    return { flood, whom, count, ...report, ...(await asking.stop()), megabytes, megabytesBefore, tookMs }
  } finally {
    clearInterval(looking)
    await asking.stop()
    await honest.close()
  }
}

async function attack(flood: FloodName, count: number, whom: Whom, link: string): Promise<FloodReport> {
  const child = spawn(process.execPath, [attackerPath, flood, String(count), whom, link], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  await once(child, 'close')
  if (stdout === '') throw new Error(`the attacker ended with ${String(child.exitCode)} and said nothing`)
  return JSON.parse(stdout) as FloodReport
}

interface Answers {
  readonly asked: number
  readonly unanswered: number
  readonly slowestMs: number
}

interface HonestPeer {
  askUntilStopped(): { stop(): Promise<Answers> }
  close(): Promise<void>
}

/** Talks with the same process as the attacker: leases from a publisher, blocks of the feed from a donor. */
async function openHonestPeer(text: string, whom: Whom): Promise<HonestPeer> {
  const link = parseLink(text)
  const node = openRawNode(link.bootstrap ?? [])
  const asking = whom === 'publisher' ? await publisherAsker(node, text) : await donorAsker(node, text)
  return {
    askUntilStopped() {
      let stopped: (() => void) | undefined
      const end = new Promise<void>((resolve) => (stopped = resolve))
      const answers = askRepeatedly(asking.ask, end)
      return {
        stop: () => {
          stopped?.()
          return answers
        },
      }
    },
    close: async () => {
      await asking.close()
      await node.close()
    },
  }
}

async function askRepeatedly(ask: () => Promise<unknown>, end: Promise<void>): Promise<Answers> {
  let asked = 0
  let unanswered = 0
  let slowestMs = 0
  let ended = false
  void end.then(() => (ended = true))
  const isOver = (): boolean => ended
  while (!isOver()) {
    const started = performance.now()
    asked++
    try {
      await ask()
    } catch {
      unanswered++
    }
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - started))
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, ASK_MS))])
  }
  return { asked, unanswered, slowestMs }
}

interface Asker {
  ask(): Promise<unknown>
  close(): Promise<void>
}

const HONEST = 1_000_000

async function publisherAsker(node: RawNode, text: string): Promise<Asker> {
  const { projectKey } = parseLink(text)
  const connection = await node.connect(hexToBytes(projectKey), HONEST)
  const rpc = openRpc(connection)
  await call(rpc, 'hello', helloBytes(connection, projectKey, HONEST))
  const lease = encodeLeaseRequest({ units: 1, fuelCapacity: 0n })
  return { ask: () => call(rpc, 'lease', lease), close: () => Promise.resolve() }
}

async function donorAsker(node: RawNode, text: string): Promise<Asker> {
  const link = parseLink(text)
  const { publicKey } = await targetOf(link, 'donor', node)
  const connection = await node.connect(publicKey, HONEST)
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-'))
  const store = await openCoreStore(dir)
  const core = store.get({ key: projectCoreKey(link.projectKey), writable: false })
  await core.ready()
  core.replicate(connection)
  return {
    ask: async () => {
      await core.clear(0, 1)
      return core.get(0, { timeout: 5_000 })
    },
    close: async () => {
      await store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes ?? 0) / 1024)
}
