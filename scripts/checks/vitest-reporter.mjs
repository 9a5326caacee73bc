// Writes what `npm test` counts, as JSON, to the file named by POWERSWARM_TEST_REPORT. Beyond vitest's own JSON
// reporter it keeps why a test was skipped and counts files that could not be loaded.
import { writeFileSync } from 'node:fs'

/** @typedef {import('./tally.mjs').TestOutcome} TestOutcome */

export default class CountingReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message?: string }[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const path = process.env.POWERSWARM_TEST_REPORT
    if (path === undefined) throw new Error('POWERSWARM_TEST_REPORT is not set')
    const outcomes = modules.flatMap(outcomesOf)
    for (const error of unhandledErrors) {
      outcomes.push({ name: `unhandled: ${firstLine(error.message)}`, state: 'failed' })
    }
    writeFileSync(path, JSON.stringify(outcomes))
  }
}

/**
 * @param {import('vitest/node').TestModule} module
 * @returns {TestOutcome[]}
 */
function outcomesOf(module) {
  const file = module.relativeModuleId
  /** @type {TestOutcome[]} */
  const outcomes = module
    .errors()
    .map((error) => ({ name: `${file}: ${firstLine(error.message)}`, state: 'failed' }))
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) {
      outcomes.push({ name: `${file} > ${suite.fullName}: ${firstLine(error.message)}`, state: 'failed' })
    }
  }
  for (const test of module.children.allTests())
    outcomes.push(outcomeOf(`${file} > ${test.fullName}`, test.result()))
  return outcomes
}

/**
 * @param {string} name
 * @param {import('vitest/node').TestResult} result
 * @returns {TestOutcome}
 */
function outcomeOf(name, result) {
  if (result.state === 'passed') return { name, state: 'passed' }
  if (result.state === 'skipped') return { name, state: 'skipped', reason: result.note ?? 'see its line' }
  // A test that never ended (its file crashed) has not passed.
  return { name, state: 'failed' }
}

/** @param {string | undefined} text */
function firstLine(text) {
  return text?.split('\n', 1)[0] ?? ''
}
