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
import type { Case, Cases, Record } from './arm64/record.ts'

/**
 * That units are the same on an arm64 processor: `npm run prove -- arm64`. The kernels, the example apps, every
 * hostile module and some random ones run in Node on this x64 machine and in Node for arm64 in an emulator, both with
 * the flags of slots. Equal have to be the rewritten module, the outcome, the fuel, what is printed, and the files.
 */
const RANDOM_MODULES = 60
/** An emulator never gives back what it knows of the addresses of a memory that is gone. */
const RANDOM_PART = 20

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
  const arm64 = await arm64Node()
  const casesPath = join(folder, 'cases.json')
  const words = [...SLOT_V8_FLAGS, program, casesPath]
  const different: string[] = []
  const records: Record[] = []
  for (const part of parts()) {
    writeFileSync(casesPath, JSON.stringify(part))
    const here = await runProgram(process.execPath, words)
    const from = records.length
    await runProgram(arm64.command, [...arm64.args, ...words], (record) => {
      if (!isEqual(here[records.length - from], record, cases[records.length])) different.push(record.name)
      records.push(record)
    })
    if (records.length - from !== here.length) different.push('modules that did not run')
    console.log(`${records.length} modules, ${different.length} different`)
  }
  if (process.env.POWERSWARM_RESULTS !== undefined) {
    const of = { rewriterVersion: REWRITER_VERSION, node: process.version, flags: SLOT_V8_FLAGS, leftOut }
    const line = { compared: records.length, ...of, different, units: records.slice(0, cases.length) }
    appendFileSync(process.env.POWERSWARM_RESULTS, `${JSON.stringify(line)}\n`)
  }
  return different.length === 0
}

/** A process each. */
function parts(): Cases[] {
  const seeds = Array.from({ length: RANDOM_MODULES / RANDOM_PART }, (_, part) => part * RANDOM_PART)
  return [
    { units: cases, hostile: true, seeds: [0, 0] },
    ...seeds.map((from) => ({ units: [], hostile: false, seeds: [from, from + RANDOM_PART] as const })),
  ]
}

/** Says what differs, and what is equal but for the random ones. */
function isEqual(here: Record | undefined, there: Record, of: Case | undefined): boolean {
  const limit = of?.mayPrintOtherwise
  if (here !== undefined && comparable(here) === comparable(there)) {
    if (there.digest === undefined)
      console.log(
        `${there.name}: equal; ${there.outcome}, ${there.fuel ?? 'no'} fuel; ` +
          `${here.seconds} s on x64, ${there.seconds} s emulated`,
      )
    return true
  }
  if (
    here !== undefined &&
    limit !== undefined &&
    comparable({ ...here, stdout: '' }) === comparable({ ...there, stdout: '' })
  ) {
    console.log(`${there.name}: equal but for ${limit}; ${there.fuel ?? 'no'} fuel`)
    return true
  }
  console.log(`different: x64 ${JSON.stringify(here)}, arm64 ${JSON.stringify(there)}`)
  return false
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
  const ended = new Promise<string>((resolve, reject) => {
    child.once('close', (status, signal) => resolve(signal ?? String(status)))
    child.once('error', reject)
  })
  const records: Record[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const record = JSON.parse(line) as Record
    records.push(record)
    onRecord(record)
  }
  const status = await ended
  if (status !== '0') throw new Error(`${command} ended with ${status}`)
  return records
}
