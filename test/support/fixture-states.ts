import type { DonorState, ProjectView, ResultView, SlotView } from '../../src-main/contracts/donor-state.ts'
import type { ShellView, WindowState } from '../../src-main/contracts/ui.ts'
import { DEFAULT_PREFERENCES } from '../../src-main/domain/preferences.ts'
import { projectSentence } from '../../src-main/domain/project-state.ts'
import { statusSentence, type Status } from '../../src-main/domain/status.ts'

/** States as the shell would send them, one for each thing a view has to be able to say. */

const PRIMES = '1f'.repeat(32)
const FOLDING = '2e'.repeat(32)
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0)

export const SHELL: ShellView = {
  version: '0.1.0',
  runtime: 'Electron 45.4.1',
  presenceSource: 'X11 screen saver extension',
}

/** A unit that counts primes in its range. */
export function slotView(slot: number, change: Partial<SlotView> = {}): SlotView {
  const first = (99_990 + slot) * 1000
  return {
    slot,
    projectKey: PRIMES,
    projectName: 'Prime gaps',
    appName: 'primes',
    unit: `3.${String(40 + slot)}`,
    args: ['count', String(first), String(first + 1000)],
    phase: 'running',
    fraction: Math.min(1, 0.17 + slot * 0.23),
    fuel: 412_000_000_000n,
    elapsedMs: 84_000 + slot * 31_000,
    ...change,
  }
}

export function resultView(index: number, change: Partial<ResultView> = {}): ResultView {
  const first = (99_990 + index) * 1000
  return {
    projectKey: PRIMES,
    projectName: 'Prime gaps',
    appName: 'primes',
    unit: `3.${String(index)}`,
    args: ['count', String(first), String(first + 1000)],
    outcome: 'ok',
    fuel: 1_284_000_000_000n,
    state: 'verified',
    finishedAt: NOON - index * 190_000,
    summary: `{"primes":54,"largestGap":72,"at":${String(first + 341)}}`,
    ...change,
  }
}

export function projectView(change: Partial<ProjectView> = {}): ProjectView {
  const { connection = 'connected', leased = 6 } = change
  const state = change.state ?? connection
  return {
    projectKey: PRIMES,
    name: 'Prime gaps',
    purpose: 'Finds the largest gaps between primes below 10^12.',
    connection,
    state,
    sentence: projectSentence(state, leased),
    counted: 41_284_000_000_000n,
    pending: 3_852_000_000_000n,
    leased,
    meshPeers: 14,
    ...change,
  }
}

const RESULTS: readonly ResultView[] = [
  resultView(39, { state: 'computed' }),
  resultView(38, { state: 'sent' }),
  resultView(37, { state: 'pending' }),
  resultView(35),
  resultView(36, { state: 'pending', outcome: 'trap', summary: '' }),
  resultView(31),
  resultView(30, { state: 'rejected' }),
  resultView(29, { state: 'uncounted', outcome: 'host-failure', summary: '' }),
  ...[28, 26, 25, 24, 21, 20, 19, 17, 16].map((index) => resultView(index)),
]

export function donorState(status: Status, change: Partial<DonorState> = {}): DonorState {
  return {
    status,
    sentence: statusSentence(status),
    pausedByDonor: false,
    slots: [],
    traffic: { receivedBytes: 12_000_000, sentBytes: 3_000_000 },
    credit: {
      counted: 57_310_400_000_000n,
      pending: 3_852_000_000_000n,
      unitsVerified: 812,
      unitsPending: 3,
    },
    projects: [
      projectView(),
      projectView({
        projectKey: FOLDING,
        name: 'Tiny folds',
        purpose: 'Energy of short peptides on a lattice.',
        connection: 'offline',
        counted: 16_026_400_000_000n,
        pending: 0n,
        leased: 0,
        meshPeers: 0,
      }),
    ],
    results: RESULTS,
    preferences: DEFAULT_PREFERENCES,
    isolation: { sandboxed: true, note: 'Each unit runs in a sandboxed process of its own' },
    ...change,
  }
}

function windowState(donor: DonorState, shell: Partial<ShellView> = {}): Required<WindowState> {
  return { shell: { ...SHELL, ...shell }, donor }
}

/** A unit whose app never says how far it is. */
function silentSlotView(slot: number, change: Partial<SlotView>): SlotView {
  const { fraction: _unknown, ...unit } = slotView(slot, change)
  return unit
}

const running: readonly SlotView[] = [
  slotView(0),
  slotView(1),
  silentSlotView(2, {
    projectKey: FOLDING,
    projectName: 'Tiny folds',
    appName: 'lattice-fold',
    args: ['--sequence', 'HPHPPHHPHPPHPHHPPHPH', '--seed', '41'],
    unit: '1.7',
  }),
]

const NO_CREDIT = { counted: 0n, pending: 0n, unitsVerified: 0, unitsPending: 0 }

export const FIXTURE_STATES = {
  computing: windowState(donorState({ kind: 'computing', units: 3 }, { slots: running })),
  'in-use': windowState(
    donorState(
      { kind: 'paused', reason: 'in-use' },
      { slots: running.map((unit) => ({ ...unit, phase: 'paused' as const })) },
    ),
  ),
  'paused-by-donor': windowState(
    donorState({ kind: 'paused', reason: 'paused-by-donor' }, { pausedByDonor: true }),
  ),
  waiting: windowState(donorState({ kind: 'waiting', reason: 'no-work' })),
  offline: windowState(
    donorState(
      { kind: 'offline' },
      { projects: [projectView({ connection: 'offline', meshPeers: 0, leased: 0 })] },
    ),
  ),
  'cannot-tell': windowState(donorState({ kind: 'cannot-tell' }), {
    presenceSource: 'Wayland session, KWin',
  }),
  empty: windowState(
    donorState({ kind: 'waiting', reason: 'no-project' }, { projects: [], results: [], credit: NO_CREDIT }),
  ),
  trouble: windowState(
    donorState(
      { kind: 'computing', units: 1 },
      {
        slots: [slotView(0)],
        projects: [
          projectView(),
          projectView({
            projectKey: FOLDING,
            name: 'Tiny folds',
            connection: 'offline',
            state: 'other-version',
            trouble: 'This project needs a newer Powerswarm. Update the app to take part again.',
          }),
        ],
        isolation: {
          sandboxed: false,
          note: 'Process isolation only',
          restriction:
            'Only the built-in demo is computed: this app runs as root. Start it as an ordinary person.',
        },
      },
    ),
    {
      runtime: 'Fallback runtime (Electron 33.2.1), for development only',
      warning: 'Units run without the operating system’s sandbox (POWERSWARM_ALLOW_UNSANDBOXED).',
    },
  ),
  closed: windowState(
    donorState(
      { kind: 'waiting', reason: 'all-closed' },
      { projects: [projectView({ state: 'closed', closed: true, connection: 'offline', leased: 0 })] },
    ),
  ),
  starting: { shell: SHELL },
  broken: {
    shell: { ...SHELL, engineTrouble: 'The data folder is in use by another Powerswarm (process 4021).' },
  },
} as const satisfies Record<string, WindowState>

export type FixtureName = keyof typeof FIXTURE_STATES
