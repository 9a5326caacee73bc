import { setTimeout as sleep } from 'node:timers/promises'

/** A line at most this often. */
const EVERY_MS = 2000
/** Fuel is told in credits of 10^12; small sums need the digits. */
const FUEL_PER_CREDIT = 1e12

/**
 * Prints how the units come along until all are verified and both donors hold the credit for them.
 * @param {{ publisher: import('./command-line.mjs').RunningCommand,
 *   second: import('./command-line.mjs').RunningCommand, headless: import('./command-line.mjs').RunningCommand,
 *   units: number, secondName: string }} init
 */
export async function followProgress({ publisher, second, headless, units, secondName }) {
  const credited = (/** @type {any} */ state) => state.credit?.unitsVerified === units
  const done = Promise.all([
    publisher.until((status) => status.ledger.grants === 2 * units, 'every unit was granted twice'),
    second.until(credited, 'its credit was complete'),
    headless.until(credited, 'its credit was complete'),
  ])
  let ended = false
  const finished = done.finally(() => (ended = true))
  const print = () => {
    const verified = publisher.latest()?.batches[0]?.verified ?? 0
    console.log(
      `${verified}/${units} units verified · ${donorLine(secondName, second.latest())} · ${donorLine('headless', headless.latest())}`,
    )
  }
  while (!ended) {
    await Promise.race([finished, sleep(EVERY_MS)])
    print()
  }
  await finished
}

/**
 * @param {string} name
 * @param {any} state
 */
function donorLine(name, state) {
  if (state?.credit === undefined) return `${name}: starting`
  return `${name}: ${state.sentence}, credit ${credits(state.credit.counted)}`
}

/** @param {string} fuel decimal */
export function credits(fuel) {
  return (Number(fuel) / FUEL_PER_CREDIT).toFixed(4)
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
