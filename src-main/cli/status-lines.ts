import type { BatchStatus, PublisherStatus } from '../contracts/publisher-state.ts'
import type { PermissionSheet } from '../contracts/slot.ts'
import type { Pace } from './eta.ts'
import { sizeText } from './quantities.ts'
import { countText, creditText, durationText, quantity } from './text.ts'

/** `powerswarm status` for people. */
export function statusLines(status: PublisherStatus): string[] {
  const { ledger } = status
  return [
    status.name,
    `  purpose  ${status.purpose}`,
    `  link     ${status.link}`,
    `  serving  ${status.closed ? 'closed for good; ' : ''}${status.serving ? `yes, ${quantity(status.donorsConnected, 'donor')} connected` : 'no'}`,
    ...(status.waiting === undefined ? [] : [`  WAITING  ${status.waiting}`]),
    `  ledger   ${creditText(ledger.fuel)} to ${quantity(status.donorsGranted, 'donor')} in ${quantity(ledger.grants, 'grant')}`,
    ...(status.batches.length === 0 ? ["  No batches yet; 'powerswarm batch add' publishes one"] : []),
    ...status.batches.map((batch) => `  ${batchLine(status, batch)}`),
  ]
}

function batchLine(status: PublisherStatus, batch: BatchStatus): string {
  const app = status.apps.find(({ app: number }) => number === batch.app)
  const notes = [
    app?.name ?? `app ${String(batch.app)}`,
    ...(app?.checkpoint === true ? ['with checkpoints'] : []),
    ...(batch.maxError === undefined ? [] : [`at most ${String(batch.maxError)} wrong`]),
  ]
  const others = OTHER_STATES.filter(([state]) => batch[state] > 0).map(
    ([state, words]) => `${countText(batch[state])} ${words}`,
  )
  const verified = `${countText(batch.verified)} of ${quantity(batch.units, 'unit')} verified`
  const plan = [
    ...(batch.cancelled && batch.cancelledUnits === 0 ? ['cancelled'] : []),
    ...(batch.reserve === undefined || batch.cancelled
      ? []
      : [`${countText(batch.reserve)} of them for while you are away`]),
    ...(batch.priority === 0 ? [] : [`priority ${String(batch.priority)}`]),
    ...(batch.deadline === undefined ? [] : [`wanted by ${new Date(batch.deadline).toLocaleString('sv')}`]),
  ]
  return `batch ${String(batch.batch)} (${notes.join(', ')}): ${[verified, ...others, ...plan].join(', ')}`
}

/** States that a batch's line names after the verified units, each with its cause where the word alone says none. */
const OTHER_STATES = [
  ['acceptedOnTrust', 'accepted on trust'],
  ['unsent', 'unsent'],
  ['leased', 'leased'],
  ['pending', 'pending'],
  ['inconclusive', 'inconclusive (donors disagree)'],
  ['suspended', 'suspended (donors’ machines failed)'],
  ['cancelledUnits', 'cancelled'],
] as const satisfies readonly (readonly [keyof BatchStatus, string])[]

/** Units of all batches; `done` counts those that will not change any more. */
export function totals(status: PublisherStatus): { units: number; verified: number; done: number } {
  const sum = (pick: (batch: BatchStatus) => number): number =>
    status.batches.reduce((total, batch) => total + pick(batch), 0)
  return {
    // What a cancelled batch has not verified never will be.
    units: sum(({ units, verified, cancelledUnits, cancelled }) =>
      cancelled ? verified : units - cancelledUnits,
    ),
    verified: sum(({ verified }) => verified),
    done: sum(({ verified, inconclusive, suspended, cancelled }) =>
      cancelled ? verified : verified + inconclusive + suspended,
    ),
  }
}

/** The one line that `powerswarm serve` keeps up to date. */
export function servingLine(status: PublisherStatus, pace: Pace): string {
  const { units, verified, done } = totals(status)
  const donors = quantity(status.donorsConnected, 'donor')
  if (status.waiting !== undefined) return `${donors} · ${status.waiting}`
  if (status.closed) return `closed for good: no work is handed out · ${donors}`
  if (units === 0)
    return `${status.batches.length === 0 ? 'no units yet' : 'all units are cancelled'} · ${donors}`
  const parts = [
    `${countText(verified)}/${countText(units)} units verified (${percentText(verified, units)})`,
    donors,
  ]
  if (done === units) return [...parts, 'all done'].join(' · ')
  if (pace.perSecond > 0) parts.push(`${pace.perSecond.toPrecision(2)} units/s`)
  if (pace.remainingMs !== undefined) parts.push(`about ${durationText(pace.remainingMs)} left`)
  return parts.join(' · ')
}

/** What an app may do, before its publisher or donors agree to it. */
export function permissionLines(permissions: PermissionSheet): string[] {
  const own = permissions.files ? 'only those of its own unit' : 'none'
  return [
    `  files    ${own}`,
    '  network  none',
    `  clock    ${permissions.clock === 'none' ? 'none' : 'virtual: counts its own instructions'}`,
    `  random   ${permissions.random === 'none' ? 'none' : 'seeded: the same on every donor'}`,
    `  memory   at most ${sizeText(permissions.memoryLimitBytes)}`,
    `  imports  ${permissions.imports.length === 0 ? 'none' : permissions.imports.join(', ')}`,
  ]
}

/** Never 100% before the last one. */
function percentText(part: number, whole: number): string {
  return `${String(Math.floor((100 * part) / whole))}%`
}
