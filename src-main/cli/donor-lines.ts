import type { DonorState, ProjectView } from '../contracts/donor-state.ts'
import { LiveView } from './live-view.ts'
import type { Output } from './output.ts'
import { creditText, quantity } from './text.ts'

/** A donor's state as it changes. */
export function donorView(output: Output): LiveView<DonorState> {
  return new LiveView({ output, line: donatingLine, headline })
}

/** Going from unit to unit is no news; why nothing is computed is. */
function headline({ status, sentence }: DonorState): string {
  return status.kind === 'computing' || status.kind === 'waiting' ? 'working' : sentence
}

/** The one line that `donate` and `donor status --follow` keep up to date. */
export function donatingLine({ sentence, credit, projects }: DonorState): string {
  const pending = credit.unitsPending === 0 ? [] : [`${quantity(credit.unitsPending, 'unit')} pending`]
  const stuck = projects.flatMap(
    (project) => project.trouble ?? (isNews(project, projects) ? told(project) : []),
  )
  const verified = `${quantity(credit.unitsVerified, 'unit')} verified, ${creditText(credit.counted)}`
  return [sentence, verified, ...pending, ...stuck].join(' · ')
}

function trafficText({ traffic, preferences }: DonorState): string {
  const limitMB = preferences.networkLimitMBPerDay
  const limit = limitMB === 0 ? '' : `, of ${String(limitMB)} MB a day`
  return `${megabytes(traffic.receivedBytes)} received, ${megabytes(traffic.sentBytes)} sent${limit}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** What the sentence about the donor does not say: a project that stands still while others go on, or for good. */
function isNews({ state }: ProjectView, all: readonly ProjectView[]): boolean {
  return state !== 'connected' && (state !== 'offline' || all.length > 1)
}

function told({ name, sentence }: ProjectView): string {
  return `${name || 'new project'}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`
}

function networkText({ network }: ProjectView): string {
  return network ? `, network of ${network.join(', ')}` : ''
}

/** `powerswarm donor status` for people. */
export function donorLines(state: DonorState): string[] {
  return [
    donatingLine(state),
    `  units run in  ${state.isolation.note}`,
    `  network today ${trafficText(state)}`,
    ...state.projects.map(
      (project) =>
        `  ${told(project)}; ${creditText(project.counted)}${networkText(project)}  ${project.projectKey}`,
    ),
    ...state.projects.flatMap(({ name, signedTwice = [] }) =>
      signedTwice.map(
        ({ about, foundAt }) =>
          `  WARNING  the publisher of ${name || 'a new project'} signed two stories of ${about}, found ${new Date(foundAt).toISOString()}; 'powerswarm donor evidence' has the proof`,
      ),
    ),
    ...state.slots.map(
      (slot) => `  slot ${String(slot.slot)}  ${slot.appName} ${slot.args.join(' ')}, ${slot.phase}`,
    ),
  ]
}
