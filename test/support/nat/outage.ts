import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { NatLab } from './lab.ts'
import type { LabSwarm } from './swarm.ts'

/** `cut`: its line is dead. `moved`: it gets another address. `asleep`: its process does not run. */
export type Outage = 'cut' | 'moved' | 'asleep'

export interface OutageReport {
  readonly donors: number
  readonly outageMs: number
  /** Donors that were connected again, and how long after the publisher's return. */
  readonly back: number
  readonly backMs: number
  readonly limitMs: number
}

const DONORS = 32
const OUTAGE_MS = 60_000
const LIMIT_MS = 10_000
/** Somebody who moved is away without a word: the old connections have to die first. */
const MOVED_LIMIT_MS = 45_000
const WAIT_MS = 120_000
const donorsPath = join(import.meta.dirname, '../../fixtures/nat/slim-donors.ts')

/** Takes a publisher away from 32 donors for a minute and measures how soon they are back. */
export async function outage(kind: Outage, lab: NatLab, swarm: LabSwarm): Promise<OutageReport> {
  lab.setNat('a', 'cone')
  lab.setNat('b', 'cone')
  const project = await swarm.publish('a')
  const donors = startDonors(lab, project.link)
  try {
    await donors.count(DONORS, WAIT_MS)
    const outageMs = await takeAway(kind, lab, project.process.child.pid ?? 0, donors)
    const returned = performance.now()
    const back = await donors.count(DONORS, WAIT_MS)
    const backMs = Math.round(performance.now() - returned)
    return { donors: DONORS, outageMs, back, backMs, limitMs: kind === 'moved' ? MOVED_LIMIT_MS : LIMIT_MS }
  } finally {
    donors.stop()
    await project.stop()
  }
}

async function takeAway(kind: Outage, lab: NatLab, pid: number, donors: Donors): Promise<number> {
  if (kind === 'moved') {
    lab.moveNat('a')
    await donors.count(0, WAIT_MS)
    return 0
  }
  const started = performance.now()
  if (kind === 'cut') lab.setLink('a', false)
  else process.kill(pid, 'SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS))
  if ((await donors.count(0, 1_000)) > 0)
    throw new Error('the donors have not noticed that the publisher is away')
  if (kind === 'cut') lab.setLink('a', true)
  else process.kill(pid, 'SIGCONT')
  return Math.round(performance.now() - started)
}

interface Donors {
  /** Resolves with the number that is connected as soon as it is the one asked for, else when the time is up. */
  count(wanted: number, timeoutMs: number): Promise<number>
  stop(): void
}

function startDonors(lab: NatLab, link: string): Donors {
  const [file, ...words] = [...lab.inside('b'), process.execPath, donorsPath, link, String(DONORS)]
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let connected = 0
  let look = (): void => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    connected = Number(line)
    look()
  })
  return {
    count: (wanted, timeoutMs) =>
      new Promise((resolve) => {
        const late = setTimeout(() => resolve(connected), timeoutMs)
        look = () => {
          if (connected !== wanted) return
          clearTimeout(late)
          resolve(connected)
        }
        look()
      }),
    stop: () => child.kill('SIGKILL'),
  }
}
