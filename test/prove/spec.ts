import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Suite } from './spec/suite.ts'

/**
 * Runs scripts of the WebAssembly test suite on rewritten modules: `npm run prove -- spec FOLDER`, where FOLDER holds
 * what `wast2json` (of wabt) made of them. Modules that the policy refuses are counted with its reason; everything
 * else has to behave as the scripts say, and to use the same fuel whatever the quantum.
 */
const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: npm run prove -- spec FOLDER, where FOLDER holds the output of wast2json')
  process.exit(2)
}
const dir = resolve(folder)
const suite = new Suite((file) => new Uint8Array(readFileSync(join(dir, file))))
const files = readdirSync(dir).filter((file) => file.endsWith('.json'))
for (const file of files.sort()) suite.runScript(dir, file)

const { passed, failures, refusals, refusedAssertions, canonicalNans } = suite
for (const failure of failures) console.log(`failed: ${failure}`)
for (const [reason, count] of [...refusals].sort(([, a], [, b]) => b - a))
  console.log(`refused: ${count} × ${reason}`)
const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0)
console.log(
  `${files.length} scripts, ${suite.modules} modules rewritten: ${passed} assertions passed, ${failures.length} failed; ` +
    `${refused} modules refused by policy with ${refusedAssertions} assertions; ` +
    `${canonicalNans} assertions see the canonical NaN instead of its bits`,
)
const results = process.env.POWERSWARM_RESULTS
if (results !== undefined) {
  const line = { dir, files: files.length, modules: suite.modules, passed, failed: failures.length }
  const more = { refused, refusedAssertions, canonicalNans, refusals: Object.fromEntries(refusals) }
  appendFileSync(results, `${JSON.stringify({ ...line, ...more, v8: process.versions.v8 })}\n`)
}
process.exitCode = failures.length === 0 ? 0 : 1
