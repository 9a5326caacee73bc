import { setTimeout as sleep } from 'node:timers/promises'

/** A line at most this often. */
const EVERY_MS = 2000
/** Nothing at all moved for this long: something is stuck, and waiting on would hide it. */
const PATIENCE_MS = 150_000
/** Fuel is told in credits of 10^12; small sums need the digits. */
const FUEL_PER_CREDIT = 1e12

/**
 * Prints how the units come along until all are verified and both donors hold the credit for them. Fails when nothing
 * moves for {@link PATIENCE_MS}.
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
  const stalled = stallWatch(PATIENCE_MS)
  while (!ended) {
    await Promise.race([finished, sleep(EVERY_MS)])
    const [status, ...donors] = [publisher, second, headless].map((command) => command.latest())
    const verified = status?.batches[0]?.verified ?? 0
    const names = [secondName, 'headless']
    const line = [
      `${verified}/${units} units verified`,
      ...donors.map((state, i) => donorLine(names[i] ?? '', state)),
    ].join(' · ')
    console.log(line)
    const credited = donors.map((state) => state?.credit?.unitsVerified)
    const quietMs = stalled([verified, status?.ledger.grants, ...credited].join(), performance.now())
    if (!ended && quietMs !== undefined) throw new Error(`nothing moved for ${seconds(quietMs)}: ${line}`)
  }
  await finished
}

/**
 * Watches marks of progress: the function answers for how long the mark has been the same once that is too long.
 * @param {number} patienceMs
 * @returns {(mark: string, nowMs: number) => number | undefined}
 */
export function stallWatch(patienceMs) {
  /** @type {{ mark: string, sinceMs: number } | undefined} */
  let last
  return (mark, nowMs) => {
    if (last?.mark !== mark) last = { mark, sinceMs: nowMs }
    const quietMs = nowMs - last.sinceMs
    return quietMs >= patienceMs ? quietMs : undefined
  }
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
  // Rounded down, as the window does: credit that is shown is there.
  return (Math.floor(Number(fuel) / (FUEL_PER_CREDIT / 1e4)) / 1e4).toFixed(4)
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
