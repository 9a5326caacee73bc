import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { openRendererWorker } from '../support/renderer-worker/open.ts'
import { Results, type Chunk } from './differential/results.ts'
import { runSeed, runSeeds, type SeedRun } from './differential/run-seeds.ts'

/**
 * Random modules, as they are against rewritten: equal results, memory, traps, and fuel over repeats, quanta and
 * limits. `npm run prove -- differential [COUNT]` goes on where the results file ends, up to COUNT modules in all;
 * each line holds a range of seeds and those that differed, which are tried again first when the code has changed.
 * `--hosts SAMPLE` runs so many in a renderer as well, as slots have it, and compares fuel and results with Node's.
 */
const CHUNK = 500
/** A renderer has addresses for some hundred memories, and gives none back before its thread ends. */
const RENDERER_CHUNK = 4
const COUNT = 100_000

const { values, positionals } = parseArgs({
  options: { hosts: { type: 'string' } },
  allowPositionals: true,
})
const count = Number(positionals[0] ?? COUNT)
const sample = Number(values.hosts ?? 0)
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(sample) || sample < 0) {
  console.error('usage: npm run prove -- differential [COUNT] [--hosts SAMPLE]')
  process.exit(2)
}
const results = new Results(process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'differential.jsonl'))

const startMs = performance.now()
retryKeptSeeds()
const different = runAll()
const unequal = sample === 0 ? 0 : await compareHosts()
process.exitCode = different + unequal === 0 ? 0 : 1

function retryKeptSeeds(): void {
  for (const seed of results.keptSeeds()) {
    const { difference } = runSeed(seed)
    console.log(`seed ${seed}, which once differed: ${difference ?? 'equal'}`)
  }
}

/** Says how many differ. */
function runAll(): number {
  const done = results.done()
  const first = done.reduce((most, { to }) => Math.max(most, to), 0)
  let found = done.reduce((sum, line) => sum + line.different.length, 0)
  let next = first
  while (next < count) {
    const line = runChunk(next, Math.min(next + CHUNK, count))
    results.append(line)
    for (const { seed, difference } of line.different) console.log(`seed ${seed}: ${difference}`)
    found += line.different.length
    next = line.to
    if (next % (CHUNK * 10) === 0) console.log(`${next} of ${count} modules, ${found} different`)
  }
  const seconds = (performance.now() - startMs) / 1000
  const speed = next > first ? `; ${Math.round((next - first) / seconds)} a second` : ''
  console.log(`${next} modules, ${found} different${speed}`)
  return found
}

/** Every second chunk is compiled as slots do it, the others begin in V8's baseline compiler. */
function runChunk(from: number, to: number): Omit<Chunk, 'code'> {
  const isAsSlots = Math.floor(from / CHUNK) % 2 === 1
  for (const flag of isAsSlots ? SLOT_V8_FLAGS : ['--liftoff']) setFlagsFromString(flag)
  const runs = runSeeds(from, to)
  return {
    from,
    to,
    trapped: runs.filter(({ trapped }) => trapped).length,
    fuel: runs.reduce((sum, { fuel }) => sum + BigInt(fuel), 0n).toString(),
    different: runs.flatMap(({ seed, difference }) =>
      difference === undefined ? [] : [{ seed, difference }],
    ),
  }
}

/** Says how many modules are not equal in a renderer. */
async function compareHosts(): Promise<number> {
  if (electronRuntime() === undefined) {
    console.log('hosts skipped: no Electron runs on this machine')
    return 0
  }
  for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)
  const worker = await openRendererWorker(join(import.meta.dirname, 'differential/worker.ts'))
  const unlike: number[] = []
  try {
    for (let from = 0; from < sample; from += RENDERER_CHUNK) {
      const to = Math.min(from + RENDERER_CHUNK, sample)
      const there = (await worker.call('runSeeds', from, to)) as SeedRun[]
      const here = runSeeds(from, to)
      for (const [at, run] of there.entries()) {
        const expected = here[at]
        if (run.difference === undefined && JSON.stringify(run) === JSON.stringify(expected)) continue
        unlike.push(run.seed)
        console.log(
          `seed ${run.seed} in the renderer: ${JSON.stringify(run)}, in Node: ${JSON.stringify(expected)}`,
        )
      }
      await worker.renew()
    }
  } finally {
    await worker.close()
  }
  results.append({ hosts: { node: process.versions.v8, renderer: worker.v8 }, sample, unlike })
  console.log(
    `${sample} modules in Node (V8 ${process.versions.v8}) and a renderer (V8 ${worker.v8}): ${unlike.length} unlike`,
  )
  return unlike.length
}
