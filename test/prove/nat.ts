import { appendFileSync } from 'node:fs'
import { openNatLab, whyNoLab, type NatKind, type NatLab, type Place } from '../support/nat/lab.ts'
import { outage, type OutageReport } from '../support/nat/outage.ts'
import { openLabSwarm, type LabSwarm } from '../support/nat/swarm.ts'

/**
 * Publisher and donor behind every pair of NATs, with and without a relay, then a publisher that is cut off, one that
 * moves to another address, and one that sleeps: real processes of the command line in network namespaces. As root on Linux.
 */

const WAIT_MS = 45_000

interface Case {
  readonly name: string
  readonly publisher: NatKind | 'open'
  readonly donor: NatKind
  readonly relay: boolean
  readonly connects: boolean
}

const cases: readonly Case[] = [
  { name: 'cone to cone', publisher: 'cone', donor: 'cone', relay: false, connects: true },
  { name: 'random donor, cone publisher', publisher: 'cone', donor: 'random', relay: false, connects: true },
  { name: 'cone donor, random publisher', publisher: 'random', donor: 'cone', relay: false, connects: true },
  { name: 'random to random', publisher: 'random', donor: 'random', relay: false, connects: false },
  { name: 'random to random by relay', publisher: 'random', donor: 'random', relay: true, connects: true },
  { name: 'random donor, open publisher', publisher: 'open', donor: 'random', relay: false, connects: true },
]

const why = whyNoLab()
if (why !== undefined) {
  console.log(`nat: skipped, because ${why}`)
  process.exit(0)
}
const [only] = process.argv.slice(2)
const lab = openNatLab()
let failed = 0
try {
  const swarm = await openLabSwarm(lab)
  try {
    for (const each of cases)
      if (only === undefined || each.name.includes(only)) await tryCase(each, lab, swarm)
    for (const kind of ['cut', 'moved', 'asleep'] as const)
      if (only === undefined || kind === only) {
        const report: OutageReport = await outage(kind, lab, swarm)
        note(`publisher ${kind}`, report.back === report.donors && report.backMs <= report.limitMs, {
          ...report,
        })
      }
  } finally {
    await swarm.close()
  }
} finally {
  lab.close()
}
console.log(failed === 0 ? 'nat: as expected' : `nat: ${String(failed)} not as expected`)
process.exit(failed === 0 ? 0 : 1)

async function tryCase(each: Case, lab: NatLab, swarm: LabSwarm): Promise<void> {
  const place: Place = each.publisher === 'open' ? 'internet' : 'a'
  if (each.publisher !== 'open') lab.setNat('a', each.publisher)
  lab.setNat('b', each.donor)
  const project = await swarm.publish(place, { relay: each.relay })
  const donor = await swarm.donate('b', project.link)
  const connectedMs = await donor.connected(WAIT_MS)
  const credited = connectedMs !== undefined && (await donor.credited(WAIT_MS))
  await donor.stop()
  await project.stop()
  note(each.name, credited === each.connects, { connectedMs: connectedMs ?? null, credited })
}

function note(name: string, expected: boolean, figures: Readonly<Record<string, unknown>>): void {
  if (!expected) failed++
  console.log(`${expected ? 'ok    ' : 'FAILED'} ${name}: ${JSON.stringify(figures)}`)
  const results = process.env['POWERSWARM_RESULTS']
  if (results !== undefined) appendFileSync(results, `${JSON.stringify({ name, expected, ...figures })}\n`)
}
