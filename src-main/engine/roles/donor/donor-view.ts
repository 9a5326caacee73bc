import type {
  DonorState,
  DonorSummary,
  FoundView,
  ProjectView,
  ResultView,
  SlotView,
} from '../../../contracts/donor-state.ts'
import { displayLine } from '../../../domain/display-text.ts'
import { unitText, type ProjectKey } from '../../../domain/ids.ts'
import type { DayTraffic } from '../../../domain/network-limit.ts'
import { projectSentence } from '../../../domain/project-state.ts'
import { statusOf, statusSentence } from '../../../domain/status.ts'
import type { Decision } from '../../../domain/scheduling-policy.ts'
import type { DonorStore, SlotIsolation, StoredProject, StoredResult } from '../../ports.ts'
import type { DonorProject } from './donor-project.ts'
import type { Work } from './work.ts'

const RESULTS_SHOWN = 20
const SUMMARY_CHARS = 200

/** A project on disk that could not be joined, and why. */
export interface StrandedProject {
  readonly stored: StoredProject
  readonly trouble: string
}

/** What the view is made of. */
export interface ViewInputs {
  readonly store: DonorStore
  readonly projects: readonly DonorProject[]
  readonly stranded: readonly StrandedProject[]
  readonly work: readonly { readonly slot: number; readonly work: Work }[]
  readonly decision: Decision
  readonly pausedByDonor: boolean
  readonly isolation: SlotIsolation
  readonly restriction: string | undefined
  readonly traffic: DayTraffic
  /** Of projects that are not on the public network. */
  readonly networkOf: (projectKey: ProjectKey) => readonly string[] | undefined
}

/** Builds the part of the state that costs next to nothing. */
export function donorSummary(inputs: ViewInputs): DonorSummary {
  const { projects, store, work } = inputs
  const status = statusOf({
    decision: inputs.decision,
    projects: projects.length + inputs.stranded.length,
    connected: projects.filter((project) => project.connection.state === 'connected').length,
    restricted: projects.filter((project) => project.restricted).length,
    closed: projects.filter((project) => project.state === 'closed').length,
    banned: projects.filter((project) => project.state === 'banned').length,
    running: work.filter(({ work: { beat } }) => beat.phase === 'running').length,
    preparing: work.filter(({ work: { beat } }) => beat.phase === 'preparing').length,
  })
  return {
    status,
    sentence: statusSentence(status),
    pausedByDonor: inputs.pausedByDonor,
    preferences: store.preferences(),
  }
}

/** Builds the finished state that every view shows. */
export function donorView(inputs: ViewInputs): DonorState {
  const { projects, store, work } = inputs
  const views = [
    ...projects.map((project) => projectView(project, inputs)),
    ...inputs.stranded.map((project) => strandedView(project, store)),
  ]
  const totals = views.map(({ projectKey }) => ({
    granted: store.granted(projectKey as ProjectKey),
    pending: store.pending(projectKey as ProjectKey),
  }))
  return {
    ...donorSummary(inputs),
    slots: work.map(slotView),
    traffic: { receivedBytes: inputs.traffic.receivedBytes, sentBytes: inputs.traffic.sentBytes },
    credit: {
      counted: sum(totals.map(({ granted }) => granted.cumulativeFuel)),
      pending: sum(totals.map(({ pending }) => pending.fuel)),
      unitsVerified: totals.reduce((units, { granted }) => units + granted.units, 0),
      unitsPending: totals.reduce((units, { pending }) => units + pending.units, 0),
    },
    projects: views,
    results: store.recentResults(RESULTS_SHOWN).map((result) => resultView(result, projects)),
    isolation: {
      ...inputs.isolation,
      ...(inputs.restriction === undefined ? {} : { restriction: inputs.restriction }),
    },
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

function projectView(project: DonorProject, { store, restriction, networkOf }: ViewInputs): ProjectView {
  const trouble = project.restricted ? restriction : project.trouble
  const network = networkOf(project.projectKey)
  return {
    projectKey: project.projectKey,
    name: project.project.name,
    purpose: project.project.purpose,
    connection: project.connection.state,
    state: project.state,
    sentence: projectSentence(project.state, project.queue.length),
    ...(network && { network }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(project.catalogue.endings.closed && { closed: true }),
    counted: store.granted(project.projectKey).cumulativeFuel,
    pending: store.pending(project.projectKey).fuel,
    leased: project.queue.length,
    meshPeers: project.connection.meshPeers,
    ...signedTwice(project.projectKey, store),
    ...foundViews(project),
  }
}

function foundViews(project: DonorProject): Pick<ProjectView, 'found'> {
  const { found } = project.connection
  if (found.length === 0) return {}
  const views = found.map(({ unit, output }): FoundView => ({
    unit: unitText(unit),
    args: project.argsOf(unit),
    summary: printedLine(output),
  }))
  return { found: views.reverse() }
}

function strandedView({ stored, trouble }: StrandedProject, store: DonorStore): ProjectView {
  return {
    projectKey: stored.projectKey,
    name: stored.name,
    purpose: stored.purpose,
    connection: 'offline',
    state: 'not-joined',
    sentence: projectSentence('not-joined', 0),
    trouble,
    counted: store.granted(stored.projectKey).cumulativeFuel,
    pending: store.pending(stored.projectKey).fuel,
    leased: 0,
    meshPeers: 0,
    ...signedTwice(stored.projectKey, store),
  }
}

function signedTwice(projectKey: ProjectKey, store: DonorStore): Pick<ProjectView, 'signedTwice'> {
  const found = store.evidence(projectKey).map(({ epoch, foundAt }) => ({
    about: epoch === undefined ? 'the project’s own feed' : `ledger ${String(epoch)}`,
    foundAt,
  }))
  return found.length === 0 ? {} : { signedTwice: found }
}

function slotView({ slot, work }: { readonly slot: number; readonly work: Work }): SlotView {
  const { project, task, beat } = work
  return {
    slot,
    projectKey: project.projectKey,
    projectName: project.project.name,
    appName: task.app.name,
    unit: unitText(task.unit),
    args: task.args,
    phase: beat.phase,
    ...(beat.fraction === undefined ? {} : { fraction: beat.fraction }),
    fuel: beat.fuel,
    elapsedMs: work.elapsedMs,
  }
}

function resultView(result: StoredResult, projects: readonly DonorProject[]): ResultView {
  const project = projects.find((candidate) => candidate.projectKey === result.projectKey)
  return {
    projectKey: result.projectKey,
    projectName: project?.project.name ?? '',
    appName: result.appName,
    unit: unitText(result.unit),
    args: result.args,
    outcome: result.run.outcome,
    fuel: result.run.fuel,
    state: result.state,
    finishedAt: result.finishedAt,
    summary: summary(result),
  }
}

/** What the unit printed, or why it printed nothing. Only ASCII survives: output is a stranger's text. */
function summary({ run }: StoredResult): string {
  return run.stdout.byteLength > 0 ? printedLine(run.stdout) : displayLine(run.reason ?? '', SUMMARY_CHARS)
}

function printedLine(stdout: Uint8Array): string {
  const start = Array.from(stdout.subarray(0, SUMMARY_CHARS), (byte) => String.fromCharCode(byte))
  return displayLine(start.join(''), SUMMARY_CHARS)
}
