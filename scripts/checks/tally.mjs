/**
 * @typedef {object} TestOutcome
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped'} state
 * @property {string} [reason] why it was skipped
 */

/**
 * The closing lines of `npm test`: failures and skipped tests by name, then the count alone on the last line.
 * @param {readonly TestOutcome[]} outcomes
 * @returns {string[]}
 */
export function closingLines(outcomes) {
  const of = (/** @type {TestOutcome['state']} */ state) =>
    outcomes.filter((outcome) => outcome.state === state)
  const failed = of('failed')
  const skipped = of('skipped')
  return [
    ...failed.map(({ name }) => `failed: ${name}`),
    ...skipped.map(({ name, reason }) => `skipped: ${name} (${reason ?? 'no reason given'})`),
    `${of('passed').length} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ]
}

/**
 * What a step reported, made to agree with how it ended: a runner that failed, or counted nothing at all, without
 * reporting a failed test is one failure.
 * @param {string} step
 * @param {number} status exit status of the runner
 * @param {readonly TestOutcome[] | undefined} outcomes undefined when the runner left no report
 * @returns {TestOutcome[]}
 */
export function reconcile(step, status, outcomes) {
  if (outcomes === undefined)
    return [{ name: `${step}: ended with status ${status} and no report`, state: 'failed' }]
  if (outcomes.length === 0)
    return [{ name: `${step}: ended with status ${status} and no test`, state: 'failed' }]
  const hasFailure = outcomes.some(({ state }) => state === 'failed')
  if (status !== 0 && !hasFailure) {
    return [...outcomes, { name: `${step}: ended with status ${status}`, state: 'failed' }]
  }
  return [...outcomes]
}
