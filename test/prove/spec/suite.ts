import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { checkBounds } from '../../../src-main/toolchain/policy.ts'
import { rewriteModule } from '../../../src-main/toolchain/rewriter/rewrite-module.ts'
import { BodyCode } from '../../../src-main/toolchain/wasm/body-code.ts'
import { decodeModule } from '../../../src-main/toolchain/wasm/decoder.ts'
import type { WasmModule } from '../../../src-main/toolchain/wasm/module.ts'
import { OP } from '../../../src-main/toolchain/wasm/opcodes.ts'
import { toJavaScript, type Returned } from './call.ts'
import { readScript, type Command, type Value } from './script.ts'
import { matches, mentionsNan } from './values.ts'
import { World } from './world.ts'

const MEMORY_PAGES = 65_536
const QUANTA = [1n << 40n, 100n] as const

/** How a call ended. */
type End = { readonly returned: Returned } | { readonly trap: string }

/** Runs scripts in three worlds side by side: modules as they are, and rewritten ones under two quanta. */
export class Suite {
  modules = 0
  passed = 0
  /** Assertions on modules that the policy refuses. */
  refusedAssertions = 0
  /** Assertions about NaN bits that the rewriter makes canonical on purpose. */
  canonicalNans = 0
  readonly failures: string[] = []
  readonly refusals = new Map<string, number>()
  readonly #read: (file: string) => Uint8Array<ArrayBuffer>
  #original = new World(undefined)
  #rewritten: readonly World[] = []
  /** Names of refused modules; `undefined` is the latest one. */
  readonly #refused = new Set<string | undefined>()
  #seesNanBits = false

  constructor(read: (file: string) => Uint8Array<ArrayBuffer>) {
    this.#read = read
  }

  runScript(dir: string, file: string): void {
    this.#original = new World(undefined)
    this.#rewritten = QUANTA.map((quantum) => new World(quantum))
    this.#refused.clear()
    for (const command of readScript(dir, file).commands) {
      try {
        this.#run(command)
      } catch (error) {
        this.failures.push(`${file}:${command.line} ${command.type}: ${String(error)}`)
      }
    }
  }

  #run(command: Command): void {
    const { type, name, as } = command
    if (type === 'module') this.#instantiate(command)
    else if (type === 'register') for (const world of this.#worlds()) world.register(as ?? '', name)
    else if (type === 'assert_uninstantiable') this.#uninstantiable(command)
    else if (type === 'action' || type === 'assert_return') this.#returns(command)
    else if (type === 'assert_trap' || type === 'assert_exhaustion') this.#traps(command)
    // The rest is about text and validation, which is the engine's.
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
      this.#refuse(
        error instanceof TypeError || error instanceof WebAssembly.LinkError
          ? 'it imports from a refused module'
          : String(error),
      )
      return
    }
    for (const world of this.#rewritten) world.instantiate(rewritten, name)
    this.#refused.delete(name)
    this.#refused.delete(undefined)
    this.modules += 1
  }

  #rewrite(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
    try {
      if (!WebAssembly.validate(bytes))
        throw new PowerswarmError('module-malformed', 'this engine does not take it')
      const module = decodeModule(bytes)
      checkBounds(module)
      this.#seesNanBits = seesNanBits(module)
      return rewriteModule(module, MEMORY_PAGES)
    } catch (error) {
      if (!(error instanceof PowerswarmError)) throw error
      this.#refuse(
        error.message.replace(/ \(function \d+\)| at byte \d+/, '').replace(/import \S+ /, 'an import '),
      )
      return undefined
    }
  }

  #refuse(reason: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1)
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
    this.passed += 1
  }

  #returns(command: Command): void {
    const { action, expected = [] } = command
    if (this.#isOut(command) || action === undefined) return
    const ends = this.#everywhere(command)
    for (const [at, end] of ends.entries()) {
      if ('returned' in end && isExpected(end.returned, expected)) continue
      if (at === 0) {
        // The module as it is does not do it either: a module that was to change something for it was refused.
        this.refusedAssertions += 1
        return
      }
      if (this.#seesNanBits && [...(action.args ?? []), ...expected].some(mentionsNan)) {
        this.canonicalNans += 1
        return
      }
      throw new Error(
        'trap' in end ? `${action.field} traps: ${end.trap}` : `${action.field} returns something else`,
      )
    }
    this.passed += 1
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
    this.passed += 1
  }

  #isOut(command: Command): boolean {
    if (this.#refused.has(command.action?.module)) {
      if (command.type !== 'action') this.refusedAssertions += 1
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
    return ends
  }
}

function isExpected({ bytes, references }: Returned, expected: readonly Value[]): boolean {
  if (bytes !== undefined) return expected.every((value, at) => matches(value, bytes[at] ?? new Uint8Array()))
  return expected.every((value, at) => {
    const found = references?.[at]
    // A reference of which only the type is said may be any.
    return value.value === undefined ? found !== null : Object.is(found, toJavaScript(value))
  })
}

/** Whether the module looks at the bits or the sign of numbers, where the rewriter makes NaNs canonical. */
function seesNanBits(module: WasmModule): boolean {
  const longest = module.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  const code = new BodyCode(longest)
  const looks: readonly number[] = [
    OP.i32ReinterpretF32,
    OP.i64ReinterpretF64,
    OP.f32Copysign,
    OP.f64Copysign,
  ]
  return module.bodies.some((_, own) => {
    code.read(module, own)
    return code.codes.subarray(0, code.count).some((op) => looks.includes(op))
  })
}
