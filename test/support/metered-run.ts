import { METER_ABI } from '../../src-main/toolchain/index.ts'

export interface MeteredRun {
  /** Fuel charged until the end, whichever it was. */
  readonly fuel: bigint
  readonly ticks: number
  /** Message of what stopped it, or undefined. */
  readonly trap: string | undefined
  readonly result: unknown
  readonly hostFailure: number
  readonly stackOverflow: number
  readonly memory: Uint8Array
}

export interface MeteredRunOptions {
  /** Next quantum; called once at the start and at every tick. */
  readonly quantum?: () => bigint
  /** Total fuel after which the run ends with `out of fuel`. */
  readonly limit?: bigint
  readonly entry?: string
  readonly arguments?: readonly (number | bigint)[]
  readonly imports?: WebAssembly.Imports
  /** Called before the entry is, for imports that need the memory or the fuel used up to a moment. */
  readonly onInstance?: (instance: WebAssembly.Instance, fuelUsed: () => bigint) => void
}

const LARGE = 1n << 40n

/** Runs a rewritten module the way a slot does: the quantum never exceeds what is left of the limit. */
export function runMetered(
  code: Uint8Array<ArrayBuffer> | WebAssembly.Module,
  options: MeteredRunOptions = {},
): MeteredRun {
  const module = code instanceof WebAssembly.Module ? code : new WebAssembly.Module(code)
  const { quantum = () => LARGE, limit = 1n << 60n } = options
  let used = 0n
  let current = 0n
  let ticks = 0
  const start = (): void => {
    const next = quantum()
    const left = limit - used
    fuel.value = current = next < left ? next : left
  }
  const settle = (): void => {
    used += current - (fuel.value as bigint)
  }
  const tick = (): void => {
    ticks += 1
    settle()
    if (used > limit) {
      fuel.value = current = 0n
      throw new Error('out of fuel')
    }
    start()
  }
  const instance = new WebAssembly.Instance(module, {
    ...options.imports,
    [METER_ABI.importModule]: { [METER_ABI.tick]: tick },
  })
  const global = (name: string): WebAssembly.Global => instance.exports[name] as WebAssembly.Global
  const fuel = global(METER_ABI.fuelExport)
  options.onInstance?.(instance, () => used + current - (fuel.value as bigint))
  start()
  let trap: string | undefined
  let result: unknown
  try {
    const entry = instance.exports[options.entry ?? '_start'] as (...values: unknown[]) => unknown
    result = entry(...(options.arguments ?? []))
  } catch (error) {
    trap = error instanceof Error ? error.message : String(error)
  }
  settle()
  return {
    fuel: used,
    ticks,
    trap,
    result,
    hostFailure: global(METER_ABI.hostFailureExport).value as number,
    stackOverflow: global(METER_ABI.stackOverflowExport).value as number,
    memory: new Uint8Array((instance.exports['memory'] as WebAssembly.Memory).buffer),
  }
}
