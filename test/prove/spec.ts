import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import { openRendererWorker } from '../support/renderer-worker/open.ts'
import { convertScripts, holdsScripts, whyNoConverter, type Conversion } from './spec/convert.ts'
import { partsOf, type Script } from './spec/script.ts'
import { runScript } from './spec/suite.ts'
import { Tally, type Summary } from './spec/summary.ts'

/**
 * The core test suite of WebAssembly on rewritten modules: `npm run prove -- spec FOLDER`, where FOLDER is a checkout
 * of https://github.com/WebAssembly/testsuite (with its history: see convert.ts), or what `wast2json` made of one.
 * First in this Node with the flags of slots, then in a renderer of the app's Electron, as slots have it. Modules
 * that the policy refuses are counted with its reason; everything else has to behave as the scripts say, and to use
 * the same fuel whatever the quantum, on both hosts.
 */
const [folder, ...rest] = process.argv.slice(2)
if (folder === undefined || rest.length > 0) {
  console.error('usage: npm run prove -- spec FOLDER, a checkout of the WebAssembly test suite')
  process.exit(2)
}
const dir = resolve(folder)
/** A renderer has addresses for some hundred memories, and gives none back before its thread ends. */
const RENDERER_MODULES_MAX = 20
const results = process.env.POWERSWARM_RESULTS
const record = (line: object): void => {
  if (results !== undefined) appendFileSync(results, `${JSON.stringify(line)}\n`)
}

if (!holdsScripts(dir)) process.exitCode = (await runEverywhere(dir)) ? 0 : 1
else {
  const missing = whyNoConverter()
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`)
    process.exit(0)
  }
  const outDir = mkdtempSync(join(tmpdir(), 'powerswarm-spec-'))
  try {
    reportConversion(convertScripts(dir, outDir))
    process.exitCode = (await runEverywhere(outDir)) ? 0 : 1
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

function reportConversion({ converted, older, unreadable }: Conversion): void {
  const names = Object.keys(unreadable)
  for (const name of names) console.log(`not converted: ${name}: ${unreadable[name] ?? ''}`)
  console.log(
    `${converted.length} scripts converted, ${Object.keys(older).length} of them in an older revision; ` +
      `${names.length} not converted`,
  )
  record({ converted: converted.length, older, unreadable })
}

/** Whether nothing failed on any host. */
async function runEverywhere(scriptDir: string): Promise<boolean> {
  const files = readdirSync(scriptDir)
    .filter((file) => file.endsWith('.json'))
    .sort()
  const here = runInNode(scriptDir, files)
  report('node', process.versions.v8, here)
  const there = await runInRenderer(scriptDir, files)
  if (there === undefined) {
    console.log('renderer skipped: no Electron runs on this machine')
    return !hasFailed(here)
  }
  report('renderer', there.v8, there.summaries)
  const different = files.filter((_, at) => here[at]?.fuel !== there.summaries[at]?.fuel)
  for (const file of different) console.log(`failed: ${file} uses other fuel in the renderer`)
  console.log(`${files.length - different.length} of ${files.length} scripts use equal fuel on both hosts`)
  record({ files: files.length, different })
  return !hasFailed(here) && !hasFailed(there.summaries) && different.length === 0

  function hasFailed(summaries: readonly Summary[]): boolean {
    return summaries.some(({ failures }) => failures.length > 0)
  }
}

function readScript(scriptDir: string, file: string): Script {
  return JSON.parse(readFileSync(join(scriptDir, file), 'utf8')) as Script
}

function runInNode(scriptDir: string, files: readonly string[]): Summary[] {
  for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(scriptDir, name)))
  return files.map((file) => named(file, runScript(readScript(scriptDir, file), read)))
}

async function runInRenderer(
  scriptDir: string,
  files: readonly string[],
): Promise<{ readonly v8: string; readonly summaries: readonly Summary[] } | undefined> {
  if (electronRuntime() === undefined) return undefined
  const worker = await openRendererWorker(join(import.meta.dirname, 'spec/worker.ts'))
  try {
    const summaries: Summary[] = []
    for (const file of files) {
      const total = new Tally()
      for (const part of partsOf(readScript(scriptDir, file), RENDERER_MODULES_MAX)) {
        const names = part.commands.flatMap(({ filename: name = '' }) =>
          name.endsWith('.wasm') ? [name] : [],
        )
        const modules = names.map((name) => [name, readFileSync(join(scriptDir, name), 'base64')])
        total.add((await worker.call('runScript', part, Object.fromEntries(modules))) as Summary)
        await worker.renew()
      }
      summaries.push(named(file, total.summary))
    }
    return { v8: `${worker.v8}${worker.sandboxed ? '' : ', as root without the sandbox'}`, summaries }
  } finally {
    await worker.close()
  }
}

function named(file: string, summary: Summary): Summary {
  return { ...summary, failures: summary.failures.map((failure) => `${file}, ${failure}`) }
}

function report(where: string, v8: string, summaries: readonly Summary[]): void {
  const total = new Tally()
  for (const summary of summaries) total.add(summary)
  const { failures, refusals, ...counts } = total.summary
  const reasons = Object.entries(refusals).sort(([, a], [, b]) => b - a)
  const refused = reasons.reduce((sum, [, count]) => sum + count, 0)
  for (const failure of failures) console.log(`failed: ${failure}`)
  for (const [reason, count] of reasons) console.log(`refused: ${count} × ${reason}`)
  console.log(
    `${where}, V8 ${v8}: ${summaries.length} scripts, ${counts.modules} modules rewritten: ` +
      `${counts.passed} assertions passed, ${failures.length} failed; ` +
      `${refused} modules refused by policy with ${counts.refusedAssertions} assertions; ` +
      `${counts.canonicalNans} assertions see the canonical NaN instead of its bits; ` +
      `${counts.unmet} that the original does not meet either; ${counts.rejected} invalid modules rejected`,
  )
  const of = { where, v8, rewriterVersion: REWRITER_VERSION, files: summaries.length }
  record({ ...of, ...counts, failed: failures.length, refused, refusals, failures })
}
