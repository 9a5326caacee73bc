import { WASM_PAGE_BYTES } from '../../../src-main/domain/units.ts'
import { checkPolicy } from '../../../src-main/toolchain/policy.ts'
import { rewriteModule } from '../../../src-main/toolchain/rewriter/rewrite-module.ts'
import { decodeModule } from '../../../src-main/toolchain/wasm/decoder.ts'
import { runMetered, type MeteredRun, type MeteredRunOptions } from '../metered-run.ts'
import { Choice } from './choice.ts'
import { RANDOM_MODULE_IMPORT, randomModule } from './random-module.ts'
import { MEMORY_PAGES_MAX } from './shape.ts'

export interface Compared {
  /** What differs, or undefined. */
  readonly difference: string | undefined
  /** Message of the trap that ended the original, or undefined. */
  readonly trap: string | undefined
  readonly fuel: bigint
  /** What the rewritten module left behind, fuel at every call included, as a number: equal on every host. */
  readonly digest: number
}

const LARGE = 1n << 40n

/**
 * Runs the random module of a seed as it is and rewritten. Equal have to be: result, trap, memory and globals; the
 * fuel and what a counting module says that was executed; and, over different quanta, everything, the fuel at each
 * call of the host and the place where a limit stops the unit included.
 */
export function compareRandomModule(seed: number): Compared {
  const { plain, counting, arguments: values } = randomModule(seed)
  const module = decodeModule(plain)
  checkPolicy(module)
  const rewritten = new WebAssembly.Module(rewriteModule(module, MEMORY_PAGES_MAX))
  const { seen: original } = runOriginal(plain, values)
  const choice = new Choice(seed + 77)
  const run = (quantum: () => bigint, limit?: bigint): Observed =>
    runRewritten(rewritten, values, quantum, limit)

  const whole = run(() => LARGE)
  const differences: string[] = []
  const same = (what: string, left: unknown, right: unknown): void => {
    const [here, there] = [text(left), text(right)]
    if (here !== there) differences.push(`${what}: ${here.slice(0, 200)} / ${there.slice(0, 200)}`)
  }
  same('original and rewritten', original, whole.seen)
  if (original.trap === undefined) {
    const counted = runOriginal(counting, values)
    same('result when counted', counted.seen.result, original.result)
    same('fuel and count', whole.fuel, counted.count)
  }
  const quanta: readonly (() => bigint)[] = [() => 0n, () => BigInt(choice.below(2000))]
  for (const quantum of [() => LARGE, ...quanta]) same('repeated, under other quanta', run(quantum), whole)
  // Within its limit a unit is never stopped; beyond it always at the same place.
  if (original.trap === undefined)
    same(
      'at its limit',
      run(() => LARGE, whole.fuel),
      whole,
    )
  const limit = (whole.fuel * BigInt(choice.below(1000))) / 1000n
  const stopped = run(() => LARGE, limit)
  for (const quantum of quanta) same(`with limit ${limit}`, run(quantum, limit), stopped)
  return {
    difference: differences[0],
    trap: original.trap,
    fuel: whole.fuel,
    digest: textDigest(text(whole)),
  }
}

function textDigest(written: string): number {
  let hash = 0
  for (let at = 0; at < written.length; at++) hash = (Math.imul(hash, 31) + written.charCodeAt(at)) | 0
  return hash
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item))
}

/** What a run leaves behind that both kinds have. */
interface Seen {
  readonly result: unknown
  readonly trap: string | undefined
  readonly memory: string
  readonly i32: unknown
  readonly i64: unknown
}

interface Observed {
  readonly seen: Seen
  readonly fuel: bigint
  readonly atCalls: readonly bigint[]
  readonly flags: string
}

function runOriginal(
  bytes: Uint8Array<ArrayBuffer>,
  values: readonly [number, bigint],
): { readonly seen: Seen; readonly count: unknown } {
  const imports = { [RANDOM_MODULE_IMPORT.module]: { [RANDOM_MODULE_IMPORT.name]: () => 7 } }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
  scatter(exports)
  let result: unknown
  let trap: string | undefined
  try {
    result = (exports['go'] as (...values: unknown[]) => unknown)(...values)
  } catch (error) {
    trap = error instanceof Error ? error.message : String(error)
  }
  const memory = new Uint8Array((exports['memory'] as WebAssembly.Memory).buffer)
  const count: unknown = (exports['count'] as WebAssembly.Global | undefined)?.value
  return { seen: { result, trap, memory: digest(memory), ...globals(exports) }, count }
}

function runRewritten(
  module: WebAssembly.Module,
  values: readonly [number, bigint],
  quantum: () => bigint,
  limit?: bigint,
): Observed {
  const atCalls: bigint[] = []
  let exports: WebAssembly.Exports = {}
  let used = (): bigint => 0n
  const options: MeteredRunOptions = {
    entry: 'go',
    arguments: values,
    quantum,
    imports: {
      [RANDOM_MODULE_IMPORT.module]: {
        [RANDOM_MODULE_IMPORT.name]: () => {
          atCalls.push(used())
          return 7
        },
      },
    },
    onInstance: (instance, fuelUsed) => {
      exports = instance.exports
      used = fuelUsed
      scatter(exports)
    },
    ...(limit === undefined ? {} : { limit }),
  }
  const run: MeteredRun = runMetered(module, options)
  const { fuel, result, trap, memory, hostFailure, stackOverflow } = run
  const seen = { result, trap, memory: digest(memory), ...globals(exports) }
  return { seen, fuel, atCalls, flags: `${hostFailure}${stackOverflow}` }
}

function globals(exports: WebAssembly.Exports): { readonly i32: unknown; readonly i64: unknown } {
  const value = (name: string): unknown => (exports[name] as WebAssembly.Global | undefined)?.value
  return { i32: value('i32'), i64: value('i64') }
}

/** Something everywhere, so that bytes in a wrong place show. */
const SCATTERED = Int32Array.from({ length: (MEMORY_PAGES_MAX * WASM_PAGE_BYTES) / 4 }, (_, at) =>
  Math.imul(at, 0x9e37_79b1),
)

function scatter(exports: WebAssembly.Exports): void {
  const words = new Int32Array((exports['memory'] as WebAssembly.Memory).buffer)
  words.set(SCATTERED.subarray(0, words.length))
}

function digest(memory: Uint8Array): string {
  const words = new Int32Array(memory.buffer)
  let hash = words.length
  // By index: this is where most of the time goes.
  for (let at = 0; at < words.length; at++) hash = Math.imul(hash ^ (words[at] ?? 0), 0x0100_0193)
  return `${memory.length} ${hash}`
}
