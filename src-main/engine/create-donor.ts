import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DonorEngineSchema } from '../contracts/engine.ts'
import type { Handlers } from '../contracts/rpc.ts'
import { formatLink, parseLink } from '../contracts/wire/link.ts'
import { PowerswarmError } from '../domain/errors.ts'
import type { ModuleHash } from '../domain/ids.ts'
import type { Presence } from '../domain/presence.ts'
import type { SnapshotPace } from '../domain/snapshot-policy.ts'
import type { SandboxGate } from '../domain/sandbox-gate.ts'
import { hostInfo } from './adapters/host/host-info.ts'
import { realClock, realTimers } from './adapters/host/real-time.ts'
import { createDigests } from './adapters/hyper/digests.ts'
import { createDonorNetwork } from './adapters/hyper/donor-network.ts'
import { openDonorStore } from './adapters/sqlite/donor-store.ts'
import { createSnapshotStore } from './adapters/snapshots/snapshot-store.ts'
import { donorPaths, makePrivateDir } from './data-folder.ts'
import { acquireEngineLock } from './engine-lock.ts'
import { readOrCreateKey } from './keys-file.ts'
import type { Digests, DonorStore, Log, SlotHost } from './ports.ts'
import { Donor } from './roles/donor/donor.ts'
import { stateNotices, type StateNotices } from './state-notices.ts'
import { UndoList } from './undo-list.ts'
import { checkGrant } from './verifier/check-grant.ts'
import { verifyEvidence } from './verifier/verify-evidence.ts'
import { socketPathFor } from './socket-server.ts'

export interface DonorEngineInit {
  readonly home: string
  readonly version: string
  readonly slotHost: SlotHost
  readonly gate: SandboxGate
  /** Folder with the built-in demo's modules: the only ones that run where the gate is `demo-only`. */
  readonly demoModulesDir: string
  /** What is assumed about the donor until the first report. */
  readonly presence: Presence
  readonly log: Log
  /** Tests hurry it. */
  readonly snapshotPace?: SnapshotPace
}

export interface DonorEngine {
  /** The calls of contracts/engine. The others belong to whoever owns the process or the connection. */
  readonly handlers: Omit<Handlers<DonorEngineSchema>, 'showWindow' | 'shutdown' | 'watch'>
  /** Where this engine's socket belongs; named in its lock. */
  readonly socketPath: string
  /** The whole state on every change that is wanted, at most every 100 ms. */
  readonly onChange: StateNotices['listen']
  /** Stops slots, says goodbye to peers, closes stores, frees the folder. */
  close(): Promise<void>
}

/** Opens the donor's data folder and starts the donor in it. Throws `data-folder-in-use` when another process has it. */
export async function createDonor(init: DonorEngineInit): Promise<DonorEngine> {
  const paths = donorPaths(init.home)
  makePrivateDir(paths.dir)
  const socketPath = socketPathFor(paths.dir)
  const lock = acquireEngineLock(paths.lockPath, socketPath)
  const undo = new UndoList()
  undo.add(() => lock.release())
  try {
    const store = openDonorStore(paths.databasePath, { log: init.log })
    undo.add(() => store.close())
    makePrivateDir(paths.snapshotsDir)
    const snapshots = createSnapshotStore({
      dir: paths.snapshotsDir,
      reader: { arch: process.arch, program: init.version },
      clock: realClock,
      timers: realTimers,
      log: init.log,
    })
    undo.add(() => snapshots.close())
    const digests = createDigests()
    const network = createDonorNetwork({
      coresDir: paths.coresDir,
      deviceSeed: readOrCreateKey(paths.deviceKeyPath),
      timers: realTimers,
      moduleHash: (bytes) => hostInfo.moduleHash(bytes),
      log: init.log,
    })
    undo.add(() => network.close())
    const donor = new Donor(
      {
        store,
        network,
        slotHost: init.slotHost,
        snapshots,
        ...(init.snapshotPace && { snapshotPace: init.snapshotPace }),
        digests,
        host: hostInfo,
        clock: realClock,
        timers: realTimers,
        log: init.log,
        randomWord: () => randomInt(2 ** 32),
        checkEvidence: (file, projectKey) => {
          const verdict = verifyEvidence(file, projectKey)
          return verdict.holds ? verdict.fork : verdict.why
        },
        checkGrant: (record, notice, expected) => checkGrant(record, notice, expected, digests),
      },
      {
        masterKey: ownKey(store, digests, paths.donorKeyPath),
        engineLabel: `powerswarm ${init.version}`,
        ...gateInit(init.gate, init.demoModulesDir),
      },
      init.presence,
    )
    undo.add(() => donor.close())
    await donor.start(parseLink)
    return engineOf(donor, init, socketPath, undo)
  } catch (error) {
    return await undo.giveUp(error)
  }
}

function engineOf(donor: Donor, init: DonorEngineInit, socketPath: string, undo: UndoList): DonorEngine {
  const notices = stateNotices(donor, realTimers)
  donor.onChange(() => notices.poke())
  return {
    socketPath,
    handlers: {
      info: () => ({ role: 'donor', pid: process.pid, version: init.version, home: init.home }),
      state: () => donor.state,
      reportPresence: (presence) => donor.reportPresence(presence),
      suspend: ({ suspended }) => donor.suspend(suspended),
      setPausedByDonor: ({ paused }) => donor.setPausedByDonor(paused),
      setPreferences: (preferences) => donor.setPreferences(preferences),
      joinProject: async ({ link }) => {
        const parsed = parseLink(link)
        await donor.join(parsed, formatLink(parsed))
        return { projectKey: parsed.projectKey }
      },
      leaveProject: ({ projectKey }) => donor.leave(projectKey),
      receipt: ({ projectKey }) => donor.receipt(projectKey),
      evidence: ({ projectKey }) => donor.evidence(projectKey),
    },
    onChange: (listener, wanted) => notices.listen(listener, wanted),
    async close() {
      notices.stop()
      await undo.run()
    },
  }
}

const IDENTITY_SETTING = 'donor-identity'

/**
 * The donor's master key. Credit belongs to it, so a folder that was filled with one key is not used with another:
 * throws `identity-changed`, naming the remedy.
 */
function ownKey(store: DonorStore, digests: Digests, keyPath: string): Uint8Array {
  const key = readOrCreateKey(keyPath)
  const identity = digests.hash([key])
  const known = store.setting(IDENTITY_SETTING)
  if (known !== undefined && known !== identity)
    throw new PowerswarmError(
      'identity-changed',
      `${keyPath} is not the key that this folder's credit was granted to; put the old key back, or move donor.sqlite away to start anew`,
    )
  store.setSetting(IDENTITY_SETTING, identity)
  return key
}

function gateInit(
  gate: SandboxGate,
  demoModulesDir: string,
): { onlyModules?: ReadonlySet<ModuleHash>; restriction?: string } {
  if (gate.kind !== 'demo-only') return {}
  const modules = readdirSync(demoModulesDir).filter((name) => name.endsWith('.wasm'))
  return {
    onlyModules: new Set(
      modules.map((name) => hostInfo.moduleHash(readFileSync(join(demoModulesDir, name)))),
    ),
    restriction: gate.why,
  }
}
