import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { RunUnit } from '../../src-main/contracts/slot.ts'
import {
  bytesToHex,
  hex32,
  type ModuleHash,
  type ProjectKey,
  type UnitId,
} from '../../src-main/domain/ids.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import type { Presence } from '../../src-main/domain/presence.ts'
import type { App, Batch } from '../../src-main/domain/project.ts'
import { createDigests } from '../../src-main/engine/adapters/hyper/digests.ts'
import { openDonorStore } from '../../src-main/engine/adapters/sqlite/donor-store.ts'
import type { DonorStore, SavedUnit } from '../../src-main/engine/ports.ts'
import { Donor } from '../../src-main/engine/roles/donor/donor.ts'
import { fakeDonorNetwork, utcDay, type FakeDonorNetwork } from './fake-donor-network.ts'
import { fakeConnection, type FakeConnection } from './fake-project-connection.ts'
import { fakeSlotHost, type FakeSlot, type FakeSlotHost } from './fake-slot-host.ts'
import { fakeSnapshotStore, type FakeSnapshotStore } from './fake-snapshot-store.ts'
import { manualTimers, type ManualTimers } from './manual-timers.ts'
import { tempDir } from './temp-dir.ts'

const digests = createDigests()
const masterKey = new Uint8Array(32).fill(7)
export const projectKey = hex32<ProjectKey>('11'.repeat(32))
const donorKey = bytesToHex(digests.donorKeyPair(masterKey, projectKey).publicKey)
const moduleHash = hex32<ModuleHash>('22'.repeat(32))

/** An app whose units can be saved. */
export const app: App = {
  type: 'app',
  app: 0,
  name: 'fold',
  moduleHash,
  moduleBytes: 1,
  moduleCore: hex32('33'.repeat(32)),
  rewriterVersion: 1,
  rewrittenHash: hex32('44'.repeat(32)),
  memoryLimitBytes: 65_536,
  checkpoint: true,
}
/** Unit `n` has the argument 100 + n. */
export const batch: Batch = {
  type: 'batch',
  batch: 0,
  app: 0,
  first: 100,
  count: 10,
  args: ['{n}'],
  quorum: 2,
  maxFuel: 1_000_000n,
  maxOutputBytes: 1024,
}
export const unit = (index: number): UnitId => ({ batch: 0, index })
export const ok: UnitRun = {
  outcome: 'ok',
  fuel: 500n,
  stdout: new TextEncoder().encode('done\n'),
  stderr: new Uint8Array(),
}
export interface RunningDonor {
  readonly donor: Donor
  readonly store: DonorStore
  readonly slots: FakeSlotHost
  readonly snapshots: FakeSnapshotStore
  readonly connection: FakeConnection
  readonly network: FakeDonorNetwork
  readonly timers: ManualTimers
  readonly logged: string[]
  readonly slot: FakeSlot
  /** Every run so far, whichever slot it was in. */
  readonly runs: readonly RunUnit[]
  /** Waits for so many runs in all. */
  running(count: number): Promise<RunUnit>
  /** Lets time pass in steps, and what it sets off happen. */
  pass(ms: number): Promise<void>
}

export interface DonorHomeInit {
  readonly cores?: number
  readonly app?: App
  readonly leaseMs?: number
  /** The publisher of any other project that is joined. */
  readonly other?: FakeConnection
}

/** What of a donor survives its process, with a clock that goes on. */
export class DonorHome {
  private readonly file = join(tempDir(), 'donor.sqlite')
  private readonly kept = new Map<string, SavedUnit>()
  private startedAt = 1_000_000
  private seed = 7
  private readonly init: DonorHomeInit
  private open: RunningDonor | undefined

  constructor(init: DonorHomeInit = {}) {
    this.init = init
    onTestFinished(async () => {
      await this.open?.donor.close()
      this.open?.store.close()
    })
  }

  /** Time passes while no donor runs. */
  later(ms: number): void {
    this.crash()
    this.startedAt += ms
  }

  /** Starts the donor, joined to a project with four units, after what was running is gone. */
  async start(
    units = [0, 1, 2, 3].map(unit),
    presence: Presence = { kind: 'unattended' },
    before: (connection: FakeConnection) => void = () => undefined,
  ): Promise<RunningDonor> {
    this.crash()
    const { cores = 1, leaseMs = 3_600_000 } = this.init
    const timers = manualTimers()
    const { startedAt } = this
    const store = openDonorStore(this.file, { log: () => undefined })
    store.savePreferences({ ...store.preferences(), cores })
    const slots = fakeSlotHost()
    const snapshots = fakeSnapshotStore(this.kept)
    const now = (): number => startedAt + timers.nowMs
    const expiresAt = now() + leaseMs
    const connection = fakeConnection({ projectKey, donorKey, units, digests, expiresAt })
    const logged: string[] = []
    const network = fakeDonorNetwork((link) =>
      Promise.resolve(link.projectKey === projectKey ? connection : this.other()),
    )
    const donor = new Donor(
      {
        store,
        network,
        slotHost: slots,
        snapshots,
        digests,
        host: { coresOnline: () => 4, localDay: utcDay, moduleHash: () => moduleHash },
        clock: { now, monotonicMs: () => timers.nowMs },
        timers,
        log: (_level, event) => void logged.push(event),
        randomWord: () => (this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0),
        checkEvidence: () => 'it is void',
        checkGrant: () => undefined,
      },
      { masterKey, engineLabel: 'test' },
      presence,
    )
    const opened: RunningDonor = {
      donor,
      store,
      slots,
      snapshots,
      connection,
      network,
      timers,
      logged,
      get slot() {
        return slots.slots.at(-1)!
      },
      get runs() {
        return slots.slots.flatMap((slot) => slot.runs)
      },
      running: async (count) => {
        await vi.waitFor(() => {
          if (opened.runs.length < count) throw new Error(`${String(opened.runs.length)} runs`)
        })
        return opened.runs[count - 1]!
      },
      pass: async (ms) => {
        await settled()
        for (let left = ms; left > 0; left -= STEP_MS) {
          timers.advance(Math.min(STEP_MS, left))
          await settled()
        }
      },
    }
    this.open = opened
    await donor.start(() => ({ projectKey }))
    await donor.join({ projectKey }, 'powerswarm://test')
    connection.say({
      type: 'project',
      name: 'Demo',
      purpose: '',
      boxKey: hex32('55'.repeat(32)),
      createdAt: 0,
    })
    connection.say(this.init.app ?? app)
    before(connection)
    connection.say(batch)
    return opened
  }

  private other(): FakeConnection {
    if (!this.init.other) throw new Error('this home knows no other project')
    return this.init.other
  }

  /** Ends the donor without a word. */
  private crash(): void {
    const { open } = this
    this.open = undefined
    if (!open) return
    this.startedAt += open.timers.nowMs
    open.snapshots.save = () => Promise.resolve()
    open.snapshots.drop = () => undefined
    open.store.close()
  }
}

const STEP_MS = 5_000

/** Lets everything that waits for nothing but its turn have it. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
