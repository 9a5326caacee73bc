import type { DonorState, ResultState } from '../../src-main/contracts/donor-state.ts'
import type { ShellView } from '../../src-main/contracts/ui.ts'
import type { Outcome } from '../../src-main/domain/outcome.ts'
import { formatPeriod } from './format.ts'

/** The line under the status sentence: why, and what happens next. */
export function explanation(donor: DonorState, shell: ShellView): string {
  const { status, preferences } = donor
  switch (status.kind) {
    case 'computing':
      return preferences.runWhen === 'always'
        ? 'Set to compute always, also while you work.'
        : 'Nobody is here. Stops the moment you come back.'
    case 'paused':
      return pausedBecause(donor, status.reason)
    case 'waiting':
      return WAITING[status.reason]
    case 'offline':
      return 'Results are kept here and sent when a publisher answers.'
    case 'cannot-tell':
      return `This desktop does not say when you are away (${shell.presenceSource}). Nothing runs until it does: a GNOME or X11 session can tell.`
  }
}

const WAITING = {
  'no-project': 'Nothing is computed before you join a project.',
  'all-closed': 'Their publishers ended them. Your credit stays; join another project to go on.',
  banned: 'They turned this donor away. Your credit stays; they are asked again every minute.',
  'no-work': 'No project has units for this computer now. New ones start by themselves.',
  loading: 'The app is checked, metered and compiled before it may run.',
} as const

function pausedBecause(
  donor: DonorState,
  reason: Extract<DonorState['status'], { kind: 'paused' }>['reason'],
): string {
  switch (reason) {
    case 'paused-by-donor':
      return 'Nothing is computed until you resume.'
    case 'suspended':
      return 'Units go on when the computer wakes.'
    case 'runs-never':
      return 'Your preferences say never. Projects and credit are kept.'
    case 'network-limit':
      return `The ${String(donor.preferences.networkLimitMBPerDay)} MB that you allow a day have passed. What is computed is still sent.`
    case 'in-use':
      return `Starts by itself after ${formatPeriod(donor.preferences.idleSeconds)} without input.`
    case 'sandbox-unavailable':
      return donor.isolation.restriction ?? donor.isolation.note
  }
}

/** What a person can do about the status with one click. `join`: the form under the status, which has its own button. */
export type Remedy = 'pause' | 'resume' | 'join'

export function remedy(donor: DonorState): Remedy {
  if (donor.pausedByDonor) return 'resume'
  if (donor.projects.length === 0) return 'join'
  return 'pause'
}

/** State of a result as its chip says it. */
export const RESULT_STATES: Readonly<Record<ResultState, { readonly label: string; readonly hint: string }>> =
  {
    computed: { label: 'Computed', hint: 'Computed here, not sent yet' },
    sent: { label: 'Sent', hint: 'On its way to the publisher' },
    pending: { label: 'Pending', hint: 'The publisher has it and waits for another donor' },
    verified: { label: 'Verified', hint: 'Another donor found the same; credit is granted' },
    rejected: { label: 'Rejected', hint: 'Other donors agreed on something else; no credit' },
    uncounted: { label: 'Not counted', hint: 'The unit ended without a decision; nobody’s fault, no credit' },
  }

/** How a unit ended, for results that did not simply succeed. */
export const OUTCOMES: Readonly<Record<Exclude<Outcome, 'ok'>, string>> = {
  'exit-nonzero': 'The app reported an error',
  trap: 'The app stopped with a trap',
  'stack-overflow': 'The app ran out of stack',
  'out-of-memory': 'The app needed more memory than its limit',
  'out-of-fuel': 'The app used up its fuel',
  'output-too-large': 'The output was larger than its limit',
  'host-failure': 'This computer could not run it; nobody’s fault',
  timeout: 'It took too long here; nobody’s fault',
}
