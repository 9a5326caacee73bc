import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { checkBounds } from '../../../src-main/toolchain/policy.ts'
import { malformed } from '../../../src-main/toolchain/refusals.ts'
import { rewriteModule } from '../../../src-main/toolchain/rewriter/rewrite-module.ts'
import { decodeModule } from '../../../src-main/toolchain/wasm/decoder.ts'
import type { WasmModule } from '../../../src-main/toolchain/wasm/module.ts'
import type { Returned } from './call.ts'
import { isExpected, seesNanBits } from './expectations.ts'
import type { Command, Script } from './script.ts'
import { Tally, type Summary } from './summary.ts'
import { mentionsNan } from './values.ts'
import { World } from './world.ts'

const MEMORY_PAGES = 65_536
const QUANTA = [1n << 40n, 100n] as const

/** Gives a module that a script names. */
export type ReadModule = (file: string) => Uint8Array<ArrayBuffer>

/** How a call ended. */
type End = { readonly returned: Returned } | { readonly trap: string }

/** Runs a script in three worlds side by side: modules as they are, and rewritten ones under two quanta. */
export function runScript(script: Script, read: ReadModule): Summary {
  return new Run(read).run(script)
}

class Run {
  readonly #tally = new Tally()
  readonly #read: ReadModule
  readonly #original = new World(undefined)
  readonly #rewritten = QUANTA.map((quantum) => new World(quantum))
  /** Names of refused modules; `undefined` is the latest one. */
  readonly #refused = new Set<string | undefined>()
  #seesNanBits = false

  constructor(read: ReadModule) {
    this.#read = read
  }

  run(script: Script): Summary {
    for (const command of script.commands) {
      try {
        this.#run(command)
      } catch (error) {
        this.#tally.fail(`line ${command.line}, ${command.type}: ${String(error)}`)
      }
    }
    return this.#tally.summary
  }

  #run(command: Command): void {
    const { type, name, as } = command
    if (type === 'module') this.#instantiate(command)
    else if (type === 'register') for (const world of this.#worlds()) world.register(as ?? '', name)
    else if (type === 'assert_uninstantiable') this.#uninstantiable(command)
    else if (type === 'action' || type === 'assert_return') this.#returns(command)
    else if (type === 'assert_trap' || type === 'assert_exhaustion') this.#traps(command)
    else if (type === 'assert_invalid' || type === 'assert_malformed') this.#rejects(command)
    // What is left is about linking, which apps do not.
  }

  #worlds(): World[] {
    return [this.#original, ...this.#rewritten]
  }

  #instantiate({ filename = '', name }: Command): void {
    this.#refused.add(name).add(undefined)
    for (const world of this.#worlds()) world.forget(name)
    const bytes = this.#read(filename)
    const rewritten = this.#rewrite(bytes)
    if (rewritten === undefined) return
    try {
      this.#original.instantiate(bytes, name)
    } catch (error) {
      // It needs something of a module that was refused, or of a host that there is none of.
      if (!(error instanceof TypeError || error instanceof WebAssembly.LinkError)) throw error
      this.#tally.refuse('it imports from a refused module')
      return
    }
    for (const world of this.#rewritten) world.instantiate(rewritten, name)
    this.#refused.delete(name)
    this.#refused.delete(undefined)
    this.#tally.modules += 1
  }

  #rewrite(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
    try {
      const module = admitted(bytes)
      this.#seesNanBits = seesNanBits(module)
      return rewriteModule(module, MEMORY_PAGES)
    } catch (error) {
      // What the engine takes may only be refused by a rule.
      if (!isRefusal(error) || (error.code !== 'module-refused' && WebAssembly.validate(bytes))) throw error
      this.#tally.refuse(error.message)
      return undefined
    }
  }

  /** Only binary ones: text is the converter's. */
  #rejects({ filename = '' }: Command): void {
    if (!filename.endsWith('.wasm')) return
    try {
      admitted(this.#read(filename))
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#tally.rejected += 1
      return
    }
    this.#tally.unmet += 1
  }

  #uninstantiable({ filename = '' }: Command): void {
    const rewritten = this.#rewrite(this.#read(filename))
    if (rewritten === undefined) return
    for (const world of this.#rewritten) {
      let error: unknown
      try {
        new World(undefined).instantiate(rewritten, undefined)
        world.forget('')
      } catch (caught) {
        error = caught
      }
      if (error === undefined) throw new Error('it was instantiated')
    }
    this.#tally.passed += 1
  }

  #returns(command: Command): void {
    const { action, expected = [] } = command
    if (this.#isOut(command) || action === undefined) return
    const ends = this.#everywhere(command)
    for (const [at, end] of ends.entries()) {
      if ('returned' in end && isExpected(end.returned, expected)) continue
      if (at === 0) {
        this.#tally.unmet += 1
        return
      }
      if (this.#seesNanBits && [...(action.args ?? []), ...expected].some(mentionsNan)) {
        this.#tally.canonicalNans += 1
        return
      }
      throw new Error(
        'trap' in end ? `${action.field} traps: ${end.trap}` : `${action.field} returns something else`,
      )
    }
    this.#tally.passed += 1
  }

  #traps(command: Command): void {
    const { action, type } = command
    if (this.#isOut(command) || action === undefined) return
    const [original, ...rewritten] = this.#everywhere(command)
    for (const [at, end] of rewritten.entries()) {
      if (!('trap' in end)) throw new Error(`${action.field} does not trap`)
      if (type === 'assert_exhaustion') {
        if (this.#rewritten[at]?.stackOverflowed(action.module) !== true)
          throw new Error(`${action.field} ends otherwise than at the stack bound: ${end.trap}`)
      } else if (!(original !== undefined && 'trap' in original) || original.trap !== end.trap)
        throw new Error(`${action.field} traps otherwise: ${end.trap}`)
    }
    this.#tally.passed += 1
  }

  #isOut(command: Command): boolean {
    if (this.#refused.has(command.action?.module)) {
      if (command.type !== 'action') this.#tally.refusedAssertions += 1
      return true
    }
    return false
  }

  /** Runs the action in every world; the rewritten ones have to agree on fuel. */
  #everywhere({ action, expected = [] }: Command): End[] {
    if (action === undefined) return []
    const fuels = new Set<bigint>()
    const ends = this.#worlds().map((world): End => {
      world.takeFuel()
      let end: End
      try {
        end = { returned: world.run(action, expected) }
      } catch (error) {
        if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error
        end = { trap: error.message }
      }
      if (world !== this.#original) fuels.add(world.takeFuel())
      return end
    })
    if (fuels.size !== 1) throw new Error(`${action.field} uses different fuel: ${[...fuels].join()}`)
    for (const fuel of fuels) this.#tally.fuel += fuel
    return ends
  }
}

/** In the order of `prepareModule`: the policy gives its reason before the engine says no. */
function admitted(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const module = decodeModule(bytes)
  checkBounds(module)
  if (!WebAssembly.validate(bytes)) throw malformed('this engine does not take it')
  return module
}

function isRefusal(error: unknown): error is PowerswarmError {
  return (
    error instanceof PowerswarmError && (error.code === 'module-refused' || error.code === 'module-malformed')
  )
}
