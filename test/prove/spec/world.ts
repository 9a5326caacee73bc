import { METER_ABI } from '../../../src-main/toolchain/index.ts'
import { callWith, type Returned } from './call.ts'
import type { Action, Value } from './script.ts'

/** Stands for the fuel that a test may use: some seconds. */
const LIMIT = 1n << 36n

/** Modules that find one another by name, as a script has them. */
export class World {
  readonly #quantum: bigint | undefined
  readonly #registered = new Map<string, WebAssembly.Exports>()
  readonly #named = new Map<string, WebAssembly.Exports>()
  readonly #rooms = new Map<WebAssembly.Global, bigint>()
  readonly #fuels = new Map<WebAssembly.Global, { current: bigint }>()
  #current: WebAssembly.Exports = {}
  #used = 0n

  /** With a quantum, modules are rewritten ones that tick when it is spent. */
  constructor(quantum: bigint | undefined) {
    this.#quantum = quantum
    this.#registered.set('spectest', spectest())
  }

  /** Fuel used in all its modules since the last call. */
  takeFuel(): bigint {
    for (const [fuel, account] of this.#fuels) this.#settle(fuel, account)
    const used = this.#used
    this.#used = 0n
    return used
  }

  /** Throws what instantiation throws; the module is then not known. */
  instantiate(bytes: Uint8Array<ArrayBuffer>, name: string | undefined): void {
    const module = new WebAssembly.Module(bytes)
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {}
    for (const { module: from, name: item } of WebAssembly.Module.imports(module)) {
      const found = this.#registered.get(from)?.[item]
      if (found !== undefined) (imports[from] ??= {})[item] = found
    }
    let account: { readonly global: WebAssembly.Global; current: bigint } | undefined
    imports[METER_ABI.importModule] = {
      [METER_ABI.tick]: () => {
        if (account !== undefined) this.#settle(account.global, account)
        if (this.#used > LIMIT) throw new Error('out of fuel')
      },
    }
    const { exports } = new WebAssembly.Instance(module, imports)
    const fuel = exports[METER_ABI.fuelExport]
    const room = exports[METER_ABI.stackRoomExport]
    if (fuel instanceof WebAssembly.Global && room instanceof WebAssembly.Global) {
      this.#rooms.set(room, room.value as bigint)
      account = { global: fuel, current: fuel.value as bigint }
      this.#fuels.set(fuel, account)
      this.#settle(fuel, account)
    }
    this.#current = exports
    if (name !== undefined) this.#named.set(name, exports)
  }

  register(as: string, name: string | undefined): void {
    this.#registered.set(as, this.#exports(name))
  }

  /** A refused module must not answer for the one before it. */
  forget(name: string | undefined): void {
    this.#current = {}
    if (name !== undefined) this.#named.delete(name)
  }

  run({ module, field, args = [], type }: Action, expected: readonly Value[]): Returned {
    for (const [room, whole] of this.#rooms) room.value = whole
    const target = this.#exports(module)[field]
    if (type === 'get') return callWith(() => (target as WebAssembly.Global).value as unknown, [], expected)
    return callWith(target, args, expected)
  }

  /** Whether the last call ended at the rewriter's own stack bound. */
  stackOverflowed(module: string | undefined): boolean {
    const flag = this.#exports(module)[METER_ABI.stackOverflowExport]
    return flag instanceof WebAssembly.Global && flag.value === 1
  }

  #exports(name: string | undefined): WebAssembly.Exports {
    return name === undefined ? this.#current : (this.#named.get(name) ?? {})
  }

  #settle(fuel: WebAssembly.Global, account: { current: bigint }): void {
    if (this.#quantum === undefined) return
    this.#used += account.current - (fuel.value as bigint)
    fuel.value = account.current = this.#quantum
  }
}

/** What the suite's scripts import from their host. */
function spectest(): WebAssembly.Exports {
  const ignore = (): void => undefined
  const names = [
    'print',
    'print_i32',
    'print_i64',
    'print_f32',
    'print_f64',
    'print_i32_f32',
    'print_f64_f64',
  ]
  return {
    ...Object.fromEntries(names.map((name) => [name, ignore])),
    global_i32: new WebAssembly.Global({ value: 'i32' }, 666),
    global_i64: new WebAssembly.Global({ value: 'i64' }, 666n),
    global_f32: new WebAssembly.Global({ value: 'f32' }, 666.6),
    global_f64: new WebAssembly.Global({ value: 'f64' }, 666.6),
    memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
    table: new WebAssembly.Table({ element: 'anyfunc', initial: 10, maximum: 20 }),
  }
}
