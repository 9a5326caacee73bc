import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import { findCases } from '../support/wasi-testsuite/cases.ts'
import { runOriginal, runRewritten } from '../support/wasi-testsuite/run-case.ts'

/**
 * Runs the preview 1 tests of https://github.com/WebAssembly/wasi-testsuite on the slot's WASI, each module as it is
 * and rewritten. `FOLDER` is a checkout with built modules (branch prod/testsuite-base), or a folder within it.
 */

const [folder, ...rest] = process.argv.slice(2)
if (folder === undefined || rest.length > 0) {
  console.error('usage: npm run prove -- wasi-testsuite FOLDER [--foreground]')
  process.exit(2)
}
const cases = findCases(resolve(folder))
if (cases.length === 0) {
  console.error(`no preview 1 modules below ${folder}; take a checkout of the branch prod/testsuite-base`)
  process.exit(2)
}

const passed = { original: 0, rewritten: 0 }
const failures: { name: string; original?: string; rewritten?: string }[] = []
for (const test of cases) {
  const original = runOriginal(test)
  const rewritten = await runRewritten(test)
  if (original === undefined) passed.original += 1
  if (rewritten === undefined) passed.rewritten += 1
  const line = (kind: string, problem: string | undefined): string =>
    `  ${kind} ${problem === undefined ? 'passed' : `FAILED (${problem})`}`
  console.log(`${test.name}${line('original', original)}${line('rewritten', rewritten)}`)
  if (original !== undefined || rewritten !== undefined)
    failures.push({
      name: test.name,
      ...(original === undefined ? {} : { original }),
      ...(rewritten === undefined ? {} : { rewritten }),
    })
}

const total = cases.length
console.log(
  `wasi-testsuite preview 1: original ${String(passed.original)} of ${String(total)}, rewritten ${String(passed.rewritten)} of ${String(total)}`,
)
const results = process.env['POWERSWARM_RESULTS']
if (results !== undefined) {
  const line = { total, ...passed, failures, rewriterVersion: REWRITER_VERSION, node: process.version }
  appendFileSync(results, `${JSON.stringify(line)}\n`)
}
process.exitCode = failures.length === 0 ? 0 : 1
