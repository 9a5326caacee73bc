import { join } from 'node:path'
import Hypercore from 'hypercore'
import { expect, it, onTestFinished } from 'vitest'
import { hexToBytes, type Hex32 } from '../../../../src-main/domain/ids.ts'
import type { LedgerRecord } from '../../../../src-main/domain/project.ts'
import { openCoreStore } from '../../../../src-main/engine/adapters/hyper/core-store.ts'
import { ledgerKeyPair, manifestOf } from '../../../../src-main/engine/adapters/hyper/keys.ts'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { verifyReceipt } from '../../../../src-main/engine/verifier/verify-receipt.ts'
import { Project, addWork, honest, lease, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const SEED = new Uint8Array(32).fill(7)
const A = donorKey(1)
const B = donorKey(2)

/** A project on the real store and the real cores; `start` is a restart. */
class RealProject {
  readonly project = new Project()
  readonly dir = join(tempDir(), 'cores')
  private open: HyperPublisherCores | undefined

  constructor() {
    onTestFinished(() => this.open?.close())
  }

  get cores(): HyperPublisherCores {
    if (!this.open) throw new Error('it is not started')
    return this.open
  }

  async start(): Promise<Rig> {
    await this.open?.close()
    this.open = undefined
    return this.project.start({
      openCores: async (store) =>
        (this.open = await openPublisherCores({
          dir: this.dir,
          seed: SEED,
          journal: store,
          epoch: store.ledgerEpoch(),
        })),
    })
  }

  async ledger(): Promise<LedgerRecord[]> {
    const records: LedgerRecord[] = []
    for await (const { record } of this.cores.ledgerRecords()) records.push(record)
    return records
  }

  async announced(): Promise<{ epoch: number; key: Hex32 }[]> {
    const records = await this.cores.projectRecords()
    return records.flatMap((record) =>
      record.type === 'core' ? [{ epoch: record.epoch, key: record.key }] : [],
    )
  }

  /** Somebody shows another story that this seed signed of the present ledger. */
  async fork(): Promise<void> {
    const { cores } = this
    const store = await openCoreStore(join(tempDir(), 'fork'))
    onTestFinished(() => store.close())
    const keyPair = ledgerKeyPair(SEED, cores.epoch)
    const other = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
    await other.ready()
    const ours = cores.offered(Hypercore.discoveryKey(hexToBytes(cores.ledgerKey)))!
    await other.append(Array.from({ length: ours.length + 1 }, (_, i) => Uint8Array.of(i)))
    const one = ours.replicate(true)
    const theirs = other.replicate(false)
    for (const stream of [one, theirs]) stream.on('error', () => undefined)
    one.pipe(theirs).pipe(one)
    ours.update({ wait: true, force: true }).catch(() => undefined)
    await expect.poll(() => cores.ledgerTrouble).toBeDefined()
    one.destroy()
    theirs.destroy()
  }
}

/** One unit for each donor, on the ledger. */
async function round(rig: Rig): Promise<void> {
  for (const donor of [A, B]) await submit(rig, donor, (await lease(rig, donor, 1)).map(honest))
  await rig.timers.fire()
}

it('a forked ledger is closed and the next one goes on with every total', async () => {
  const real = new RealProject()
  let rig = await real.start()
  await addWork(rig, 12, 1)
  await round(rig)
  await expect.poll(async () => (await real.ledger()).length).toBe(2)
  const before = await real.ledger()
  const firstKey = real.cores.ledgerKey

  await real.fork()
  await round(rig)
  await expect.poll(async () => (await real.ledger()).length).toBe(4)
  expect(real.cores.epoch).toBe(1)
  expect(real.cores.ledgerTrouble).toBeUndefined()
  expect(rig.logged).toContain('error ledger-closed')
  expect(await real.announced()).toEqual([
    { epoch: 0, key: firstKey },
    { epoch: 1, key: real.cores.ledgerKey },
  ])
  expect((await real.ledger()).slice(0, 2)).toEqual(before)

  // The same again, over a restart.
  rig = await real.start()
  expect(real.cores.epoch).toBe(1)
  await real.fork()
  await rig.timers.fire()
  await expect.poll(() => real.cores.epoch).toBe(2)
  rig = await real.start()
  await round(rig)
  await rig.publisher.close()
  expect(real.cores.epoch).toBe(2)
  const after = await real.ledger()
  expect(after.slice(0, 2)).toEqual(before)
  expect(after.map(({ donorKey: donor, sequence }) => [donor, sequence])).toEqual([
    [A, 0],
    [B, 0],
    [A, 1],
    [B, 1],
    [A, 2],
    [B, 2],
  ])
  for (const donor of [A, B]) {
    const own = after.filter((record) => record.donorKey === donor)
    const total = own.reduce((sum, { fuel }) => sum + fuel, 0n)
    const file = await rig.publisher.handlers.receipt({ donorKey: donor })
    expect(verifyReceipt(file, real.cores.projectKey)).toMatchObject({
      holds: true,
      grant: { epoch: 2, record: { donorKey: donor, cumulativeFuel: total, sequence: 2 } },
    })
  }
  expect(rig.store.ledgerTotals()).toMatchObject({ records: 6, grants: 6 })
})

it('a change of ledgers that was cut off half-way is finished at the next opening', async () => {
  const real = new RealProject()
  let rig = await real.start()
  await addWork(rig, 6, 1)
  await round(rig)
  await rig.publisher.close()
  const before = await real.ledger()
  expect(rig.store.nextLedger()).toBe(1)
  rig = await real.start()
  expect(real.cores.epoch).toBe(1)
  expect(await real.ledger()).toEqual(before)
  expect((await real.announced()).map(({ epoch }) => epoch)).toEqual([0, 1])
  await round(rig)
  await rig.publisher.close()
  expect(await real.ledger()).toHaveLength(4)
})
