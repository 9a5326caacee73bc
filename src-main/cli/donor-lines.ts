import type { DonorState } from '../contracts/donor-state.ts'
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
  const trouble = projects.flatMap((project) => (project.trouble === undefined ? [] : [project.trouble]))
  const verified = `${quantity(credit.unitsVerified, 'unit')} verified, ${creditText(credit.counted)}`
  return [sentence, verified, ...pending, ...trouble].join(' · ')
}

/** `powerswarm donor status` for people. */
export function donorLines(state: DonorState): string[] {
  return [
    donatingLine(state),
    `  units run in  ${state.isolation.note}`,
    ...state.projects.map(
      (project) =>
        `  ${project.name || 'new project'}  ${project.closed === true ? 'closed by its publisher, ' : ''}${project.connection}, ${creditText(project.counted)}  ${project.projectKey}`,
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
