import { describe, expect, it } from 'vitest'
import { closingLines, reconcile } from '../../scripts/checks/tally.mjs'
import { playwrightOutcomes } from '../../scripts/checks/playwright-report.mjs'

describe('closingLines', () => {
  it('names what failed and what was skipped, and counts on the last line', () => {
    expect(
      closingLines([
        { name: 'a', state: 'passed' },
        { name: 'b', state: 'failed' },
        { name: 'c', state: 'skipped', reason: 'no clang' },
        { name: 'd', state: 'passed' },
      ]),
    ).toEqual(['failed: b', 'skipped: c (no clang)', '2 passed, 1 failed, 1 skipped'])
  })
})

describe('reconcile', () => {
  it('counts a runner that left no report as one failure', () => {
    expect(reconcile('vitest unit', 1, undefined)).toMatchObject([{ state: 'failed' }])
    expect(reconcile('vitest unit', 0, undefined)).toMatchObject([{ state: 'failed' }])
  })

  it('counts a runner that found no test as one failure, however it ended', () => {
    expect(reconcile('x', 0, [])).toMatchObject([{ state: 'failed' }])
    expect(reconcile('x', 1, [])).toMatchObject([{ state: 'failed' }])
  })

  it('adds a failure when the runner failed but every test passed', () => {
    expect(reconcile('x', 1, [{ name: 'a', state: 'passed' }]).map(({ state }) => state)).toEqual([
      'passed',
      'failed',
    ])
  })

  it('adds nothing when a test already accounts for the status', () => {
    expect(reconcile('x', 1, [{ name: 'a', state: 'failed' }])).toHaveLength(1)
    expect(reconcile('x', 0, [{ name: 'a', state: 'passed' }])).toHaveLength(1)
  })
})

describe('playwrightOutcomes', () => {
  it('walks nested suites, keeps the reason of a skip and counts flaky tests and loose errors as failed', () => {
    const report = {
      suites: [
        {
          title: 'tray.test.ts',
          specs: [{ title: 'opens', tests: [{ status: 'expected' as const, annotations: [] }] }],
          suites: [
            {
              title: 'menu',
              specs: [
                { title: 'flakes', tests: [{ status: 'flaky' as const, annotations: [] }] },
                {
                  title: 'quits',
                  tests: [
                    { status: 'skipped' as const, annotations: [{ type: 'skip', description: 'no tray' }] },
                  ],
                },
              ],
            },
          ],
        },
      ],
      errors: [{ message: 'cannot load\nstack' }],
    }
    expect(playwrightOutcomes(report)).toEqual([
      { name: 'tray.test.ts > opens', state: 'passed' },
      { name: 'tray.test.ts > menu > flakes', state: 'failed' },
      { name: 'tray.test.ts > menu > quits', state: 'skipped', reason: 'no tray' },
      { name: 'app tests: cannot load', state: 'failed' },
    ])
  })
})
