import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RunUnit } from '../../../src-main/contracts/slot.ts'
import { errorCode } from '../../../src-main/domain/errors.ts'
import { runUnit } from '../../../src-main/slot/program/run-unit.ts'
import { prepareModule } from '../../../src-main/toolchain/index.ts'
import { unitOf } from '../../slot/units.ts'
import { HOSTILE_FUEL, HOSTILE_MODULES } from '../../support/hostile-modules.ts'
import { compareRandomModule } from '../../support/random-module/compare.ts'
import type { Cases, Record } from './record.ts'

/**
 * Runs the cases of a file and prints a record of each. The same program runs on both processors, bundled, because what
 * strips types is slow in an emulator.
 */
const MEMORY_LIMIT_BYTES = 2 ** 30
const { units, hostile, seeds } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Cases

for (const { name, path, args, files } of units) {
  const original = new Uint8Array(readFileSync(path))
  const input = Object.entries(files ?? {}).map(([file, text]) => ({ path: file, bytes: Buffer.from(text) }))
  await run(name, original, { args, ...(input.length === 0 ? {} : { files: input }) })
}
for (const { name, build, unit } of hostile ? HOSTILE_MODULES : [])
  await run(`hostile: ${name}`, build(), { maxFuel: HOSTILE_FUEL, ...unit })
for (let seed = seeds[0]; seed < seeds[1]; seed++) {
  const startMs = performance.now()
  const { difference, trap, fuel, digest } = compareRandomModule(seed)
  print(startMs, {
    name: `random module ${seed}`,
    outcome: difference ?? trap ?? 'ok',
    fuel: fuel.toString(),
    digest,
  })
}

async function run(name: string, original: Uint8Array, more: Partial<RunUnit>): Promise<void> {
  const startMs = performance.now()
  const unit = unitOf(original, more)
  const limited = { ...unit.module, memoryLimitBytes: more.module?.memoryLimitBytes ?? MEMORY_LIMIT_BYTES }
  let prepared
  try {
    prepared = await prepareModule(original, limited)
  } catch (error) {
    print(startMs, { name, outcome: errorCode(error) })
    return
  }
  const module = new WebAssembly.Module(prepared.bytes)
  const ended = runUnit(unit, { module, onTick: () => undefined, onProgress: () => undefined })
  print(startMs, {
    name,
    rewrittenHash: prepared.rewrittenHash,
    outcome: ended.outcome,
    ...(ended.exitCode === undefined ? {} : { exitCode: ended.exitCode }),
    fuel: ended.fuel.toString(),
    stdout: sha256(ended.stdout),
    files: Object.fromEntries((ended.files ?? []).map(({ path, bytes }) => [path, sha256(bytes)])),
  })
}

function print(startMs: number, record: Omit<Record, 'seconds'>): void {
  const seconds = Number(((performance.now() - startMs) / 1000).toFixed(3))
  process.stdout.write(`${JSON.stringify({ ...record, seconds } satisfies Record)}\n`)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
