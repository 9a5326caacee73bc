/** @typedef {import('./tally.mjs').TestOutcome} TestOutcome */

/**
 * The part of Playwright's JSON report that is read here.
 * @typedef {object} Suite
 * @property {string} title
 * @property {Suite[]} [suites]
 * @property {{ title: string, tests: ReportedTest[] }[]} [specs]
 *
 * @typedef {object} ReportedTest
 * @property {'expected' | 'unexpected' | 'flaky' | 'skipped'} status
 * @property {{ type: string, description?: string }[]} annotations
 */

/**
 * @param {{ suites: Suite[], errors?: { message?: string }[] }} report as written by Playwright's JSON reporter
 * @returns {TestOutcome[]} errors outside tests count as failed
 */
export function playwrightOutcomes(report) {
  const outcomes = report.suites.flatMap((suite) => outcomesOf(suite, []))
  for (const error of report.errors ?? []) {
    outcomes.push({
      name: `app tests: ${error.message?.split('\n', 1)[0] ?? 'unknown error'}`,
      state: 'failed',
    })
  }
  return outcomes
}

/**
 * @param {Suite} suite
 * @param {string[]} above titles of the suites around it
 * @returns {TestOutcome[]}
 */
function outcomesOf(suite, above) {
  const titles = suite.title === '' ? above : [...above, suite.title]
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map((test) => outcomeOf([...titles, spec.title].join(' > '), test)),
  )
  return [...own, ...(suite.suites ?? []).flatMap((inner) => outcomesOf(inner, titles))]
}

/**
 * @param {string} name
 * @param {ReportedTest} test
 * @returns {TestOutcome}
 */
function outcomeOf(name, { status, annotations }) {
  if (status === 'expected') return { name, state: 'passed' }
  if (status !== 'skipped') return { name, state: 'failed' }
  const reason = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description
  return { name, state: 'skipped', reason: reason ?? 'see its line' }
}
