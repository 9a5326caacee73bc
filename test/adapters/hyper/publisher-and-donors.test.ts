import { describe, expect, it } from 'vitest'
import type {
  GrantsRequest,
  LeaseRequest,
  SubmittedResult,
} from '../../../src-main/contracts/wire/messages.ts'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { bytesToHex, hex32 } from '../../../src-main/domain/ids.ts'
import type { LedgerRecord, ProjectRecord } from '../../../src-main/domain/project.ts'
import {
  appRecord,
  batchRecord,
  connected,
  manifest,
  noise,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

const result: SubmittedResult = {
  unit: { batch: 0, index: 5 },
  outcome: 'ok',
  exitCode: 0,
  fuel: 123n,
  stdout: new TextEncoder().encode('42\n'),
  engine: 'test',
}

describe('a publisher and its donors', () => {
  it('know each other by their donor keys after hello', async () => {
    const publisher = await startPublisher({ dht })
    const donors = [await startDonor(publisher.link, 1), await startDonor(publisher.link, 2)]
    await Promise.all(donors.map(({ project }) => connected(project)))
    const known = publisher.network.donors().map((donor) => donor.donorKey)
    expect(known.sort()).toEqual(donors.map(({ keys }) => bytesToHex(keys.publicKey)).sort())
  })

  it('agree on how long a lease lasts though their clocks are a week apart', async () => {
    const serverNow = 1_800_000_000_000
    const hours = 6 * 3_600_000
    const publisher = await startPublisher({
      dht,
      handlers: {
        hello: () => ({
          version: 1,
          serverTime: serverNow,
          projectLength: 0,
          leaseUnits: 1,
          submitResults: 1,
        }),
        lease: () =>
          Promise.resolve({ units: [{ batch: 0, index: 0 }], expiresAt: serverNow + hours, retryAfterMs: 0 }),
      },
    })
    const week = 7 * 24 * 3_600_000
    const donor = await startDonor(publisher.link, 1, () => serverNow + week)
    await connected(donor.project)
    const lease = await donor.project.lease({ units: 1, fuelCapacity: 0n })
    expect(lease.expiresAt).toBe(serverNow + week + hours)
  })

  it('share the records of the project, those of the past first and then live', async () => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest()])
    const donor = await startDonor(publisher.link, 1)
    const records: ProjectRecord[] = []
    donor.project.onRecord((record) => records.push(record))
    await expect.poll(() => records.length).toBe(1)
    const app = await appRecord(publisher.cores, noise(100, 1))
    await publisher.cores.appendProject([app, batchRecord])
    await expect.poll(() => records).toEqual([manifest(), app, batchRecord])
    const late: ProjectRecord[] = []
    donor.project.onRecord((record) => late.push(record))
    expect(late).toEqual(records)
  })

  it('lease, submit and grant with exactly what was said', async () => {
    const seen: { lease?: LeaseRequest; results?: readonly SubmittedResult[]; grants?: GrantsRequest } = {}
    const notice = { sequence: 0, epoch: 0, index: 3, units: [result.unit] }
    const publisher = await startPublisher({
      dht,
      handlers: {
        lease(_donor, request) {
          seen.lease = request
          return Promise.resolve({ units: [result.unit], expiresAt: 99, retryAfterMs: 0 })
        },
        submit(_donor, results) {
          seen.results = results.map((each) => ({ ...each, stdout: Uint8Array.from(each.stdout) }))
          return Promise.resolve({ standings: ['pending'] })
        },
        grants(_donor, request) {
          seen.grants = request
          return {
            grants: [notice],
            more: true,
            rejected: [{ batch: 0, index: 9 }],
            uncounted: [{ batch: 1, index: 2 }],
          }
        },
      },
    })
    const { project } = await startDonor(publisher.link, 1, () => 0)
    await connected(project)
    const leased = await project.lease({ units: 16, fuelCapacity: 10n ** 13n })
    expect(leased).toEqual({ units: [result.unit], expiresAt: 99, retryAfterMs: 0 })
    expect(await project.submit([result])).toEqual({ standings: ['pending'] })
    expect(await project.grants({ fromSequence: 7 })).toEqual({
      grants: [notice],
      more: true,
      rejected: [{ batch: 0, index: 9 }],
      uncounted: [{ batch: 1, index: 2 }],
    })
    expect(seen).toEqual({
      lease: { units: 16, fuelCapacity: 10n ** 13n },
      results: [result],
      grants: { fromSequence: 7 },
    })
  })

  it('carry the handlers’ codes and messages across, and nothing of unexpected errors', async () => {
    const publisher = await startPublisher({
      dht,
      handlers: {
        lease: () => Promise.reject(new PowerswarmError('busy', 'The disk is full')),
        grants: () => {
          throw new Error('secret detail')
        },
      },
    })
    const { project } = await startDonor(publisher.link, 1)
    await connected(project)
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({
      code: 'busy',
      message: 'The disk is full',
    })
    const failure: unknown = await project.grants({ fromSequence: 0 }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'busy' })
    expect(String(failure)).not.toContain('secret')
  })

  it('hear notices of new work, and of grants when they are theirs', async () => {
    const publisher = await startPublisher({ dht })
    const donors = [await startDonor(publisher.link, 1), await startDonor(publisher.link, 2)]
    const heard: string[] = []
    for (const [i, { project }] of donors.entries()) {
      project.onWork(() => heard.push(`work ${String(i)}`))
      project.onGranted(() => heard.push(`granted ${String(i)}`))
      await connected(project)
    }
    publisher.network.notifyGranted([hex32(bytesToHex(donors[1]!.keys.publicKey))])
    publisher.network.notifyWork()
    await expect.poll(() => [...heard].sort()).toEqual(['granted 1', 'work 0', 'work 1'])
  })

  it('fetch one block of the ledger as it was signed', async () => {
    const publisher = await startPublisher({ dht })
    const { cores, journal } = publisher
    await cores.appendProject([manifest(), { type: 'core', role: 'ledger', epoch: 0, key: cores.ledgerKey }])
    const record = (sequence: number): LedgerRecord => ({
      sequence,
      donorKey: hex32('ab'.repeat(32)),
      at: 1_700_000_000_000,
      units: 1,
      fuel: 5n,
      cumulativeFuel: 5n * BigInt(sequence + 1),
      unitsRoot: hex32('cd'.repeat(32)),
    })
    journal.record(
      cores.ledgerCore,
      Array.from({ length: 40 }, (_, i) => cores.encodeLedger(record(i))),
    )
    await cores.flushLedger()
    const { project } = await startDonor(publisher.link, 1)
    await connected(project)
    let records = 0
    project.onRecord(() => records++)
    await expect.poll(() => records).toBe(2)
    expect(await project.ledgerRecord(0, 30)).toEqual(record(30))
    await expect(project.ledgerRecord(1, 0)).rejects.toMatchObject({ code: 'not-connected' })
  })

  it('tell apart offline and connected, and refuse calls while offline', async () => {
    const publisher = await startPublisher({ dht })
    const { project } = await startDonor(publisher.link, 1)
    expect(project.state).toBe('offline')
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({
      code: 'not-connected',
    })
    await connected(project)
    await publisher.close()
    await settled(project, () => project.state === 'offline')
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({
      code: 'not-connected',
    })
  })

  it('show the publisher’s refusal in its words', async () => {
    const publisher = await startPublisher({
      dht,
      handlers: {
        hello: () => {
          throw new PowerswarmError('busy', 'The project is full')
        },
      },
    })
    const { project } = await startDonor(publisher.link, 1)
    await settled(project, () => project.trouble !== undefined)
    expect([project.trouble, project.state]).toEqual(['The project is full', 'offline'])
  })
})
