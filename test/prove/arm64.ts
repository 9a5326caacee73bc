import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import { bundleForElectron } from '../support/bundle.ts'
import { makeCases } from './arm64/cases.ts'
import { arm64Node, whyNoEmulator } from './arm64/emulator.ts'
import type { Cases, Record } from './arm64/record.ts'

/**
 * That units are the same on an arm64 processor: `npm run prove -- arm64`. The kernels, the example apps, every
 * hostile module and some random ones run in Node on this x64 machine and in Node for arm64 in an emulator, both with
 * the flags of slots. Equal have to be the rewritten module, the outcome, the fuel, what is printed, and the files.
 */
const RANDOM_MODULES = 100

const missing = whyNoEmulator()
if (missing !== undefined) {
  console.log(`skipped: ${missing}`)
  process.exit(0)
}
const { cases, leftOut } = await makeCases()
for (const line of leftOut) console.log(`left out: ${line}`)
const folder = mkdtempSync(join(tmpdir(), 'powerswarm-arm64-'))
try {
  process.exitCode = (await compareProcessors()) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Whether everything is equal. */
async function compareProcessors(): Promise<boolean> {
  const program = await bundleForElectron(join(import.meta.dirname, 'arm64/program.ts'), folder, 'program')
  const casesPath = join(folder, 'cases.json')
  writeFileSync(casesPath, JSON.stringify({ units: cases, randomModules: RANDOM_MODULES } satisfies Cases))
  const words = [...SLOT_V8_FLAGS, program, casesPath]
  const here = await runProgram(process.execPath, words)
  const there = await arm64Node()
  const different: string[] = []
  let compared = 0
  await runProgram(there.command, [...there.args, ...words], (record) => {
    const expected = here[compared]
    const limit = cases[compared]?.mayPrintOtherwise
    compared += 1
    const isSame = expected !== undefined && comparable(record) === comparable(expected)
    const isWithinLimit =
      expected !== undefined &&
      comparable({ ...record, stdout: '' }) === comparable({ ...expected, stdout: '' })
    if (!isSame && limit !== undefined && isWithinLimit)
      console.log(`${record.name}: equal but for ${limit}; ${record.fuel ?? ''} fuel`)
    else if (!isSame) {
      different.push(record.name)
      console.log(`different: x64 ${JSON.stringify(expected)}, arm64 ${JSON.stringify(record)}`)
    } else if (record.digest === undefined)
      console.log(
        `${record.name}: equal; ${record.outcome}, ${record.fuel ?? 'no'} fuel; ` +
          `${expected.seconds} s on x64, ${record.seconds} s emulated`,
      )
  })
  if (compared !== here.length) different.push(`${here.length - compared} that did not run`)
  const counts = `${cases.length} units, ${here.length - cases.length - RANDOM_MODULES} hostile and ${RANDOM_MODULES} random modules`
  console.log(`${counts} on x64 and arm64: ${different.length} different`)
  if (process.env.POWERSWARM_RESULTS !== undefined) {
    const of = { rewriterVersion: REWRITER_VERSION, node: process.version, flags: SLOT_V8_FLAGS, leftOut }
    const line = { compared, ...of, different, units: here.slice(0, cases.length) }
    appendFileSync(process.env.POWERSWARM_RESULTS, `${JSON.stringify(line)}\n`)
  }
  return different.length === 0
}

function comparable({ seconds: _seconds, ...record }: Record): string {
  return JSON.stringify(record)
}

/** What the program says, line by line. Rejects when it fails. */
async function runProgram(
  command: string,
  args: readonly string[],
  onRecord: (record: Record) => void = () => undefined,
): Promise<Record[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', reject)
  })
  const records: Record[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const record = JSON.parse(line) as Record
    records.push(record)
    onRecord(record)
  }
  const status = await ended
  if (status !== 0) throw new Error(`${command} ended with ${status ?? 'a signal'}`)
  return records
}
