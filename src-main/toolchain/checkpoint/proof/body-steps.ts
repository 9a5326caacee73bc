import type { BodyCode } from '../../wasm/body-code.ts'
import { isSimdCode, miscCode } from '../../wasm/codes.ts'
import { functionType, type FunctionType } from '../../wasm/module.ts'
import { MISC, OP } from '../../wasm/opcodes.ts'
import { FLAG, SAVED, STACK_END, STACK_HEAD, UNKNOWN, type AbstractValues } from './abstract-values.ts'
import { METER_GLOBAL, NotShown, type BodyFacts } from './body-facts.ts'
import { SILENT, type EventGraph, type EventNames } from './event-graph.ts'
import { joinInto, MODE, type ByMode, type Flow, type Mode } from './flow.ts'
import { IS_LOAD, OPERANDS, RESULTS, STORED_BYTES } from './operand-counts.ts'

const NOWHERE: ByMode = [undefined, undefined, undefined]
const STACK_MEMORY = 1
const TABLE_SIZE = miscCode(MISC.tableSize)
const I32_LOAD = 0x28
const I32_STORE = 0x36
/** Numbers of seven bits that a 32-bit shift and a float can hold together. */
const LEB_BYTES_MAX = 7

/** What single instructions do to what is known, and which events they are. */
export class BodySteps {
  /** How often there is what may move a little: reads of memory, and writes to globals that are not the meter's. */
  readonly counts = new Map<string, number>()
  readonly #facts: BodyFacts
  readonly #body: BodyCode
  readonly #names: EventNames
  readonly #values: AbstractValues
  readonly #graph: EventGraph
  /** An instruction counts once, not once for each way that leads there. */
  #countedAt = -1

  constructor(
    facts: BodyFacts,
    body: BodyCode,
    names: EventNames,
    values: AbstractValues,
    graph: EventGraph,
  ) {
    this.#facts = facts
    this.#body = body
    this.#names = names
    this.#values = values
    this.#graph = graph
  }

  /** Any instruction but calls and those that leave the order of things. */
  step(at: number, code: number, flow: Flow, mode: Mode): void {
    const { stack, locals } = flow
    const index = this.#body.index(at)
    switch (code) {
      case OP.localGet:
        stack.push(this.#look(at, index, locals))
        return
      case OP.localSet:
        locals[index] = flow.pop()
        return
      case OP.localTee:
        locals[index] = flow.pop()
        stack.push(this.#look(at, index, locals))
        return
      case OP.globalGet:
        stack.push(this.#global(index, flow, mode))
        return
      case OP.globalSet:
        this.#setGlobal(at, index, flow, mode)
        return
      case OP.i32Const:
      case OP.i64Const:
        stack.push(this.#constant(at))
        return
      case OP.select:
      case OP.selectTyped:
        this.#select(at, flow)
        return
      default:
        this.#other(at, code, flow, mode)
    }
  }

  /**
   * A call, in all modes: the one in which it was left and that in which it goes on meet here. `alsoBack` comes here from
   * the other track, on its way back.
   */
  call(at: number, flows: ByMode, alsoBack?: Flow): ByMode {
    const { module, asyncify } = this.#facts
    const index = this.#body.index(at)
    const isDirect = this.#body.code(at) === OP.call
    const type = isDirect ? functionType(module, index) : module.types[index]
    if (type === undefined) throw new NotShown('a call of nothing')
    const mayUnwind = (isDirect ? asyncify?.mayUnwind(index) : asyncify?.mayUnwindIndirectly) ?? false
    if (flows[MODE.unwinding] !== undefined) throw new NotShown('a call while the stack is unwound')
    if ((flows[MODE.rewinding] ?? alsoBack) !== undefined && !mayUnwind)
      throw new NotShown('a call on the way to another that the function was left in')
    const operands = type.params.length + (isDirect ? 0 : 1)
    const [behind, , rewinding] = flows
    // Nothing leaves it in a call that it does not come to: see WalkedBody.neverLeftIn.
    if (behind === undefined) return NOWHERE
    const node = this.#graph.node()
    this.#graph.edge(behind.node, node, this.#names.number(this.#nameOfCall(at, type, behind)))
    behind.node = node
    if (rewinding !== undefined) this.#joinBehind(behind, rewinding)
    if (alsoBack !== undefined) this.#joinBehind(behind, alsoBack)
    behind.stack.length = Math.max(0, behind.stack.length - operands)
    behind.change((value) => this.#values.afterCall(value))
    behind.locals[behind.locals.length - 1] = UNKNOWN
    for (let left = type.results.length; left > 0; left--) behind.stack.push(UNKNOWN)
    if (!mayUnwind) return [behind, undefined, undefined]
    const unwinding = behind.copyAt(this.#graph.node())
    this.#graph.edge(node, unwinding.node, SILENT)
    return [behind, unwinding, undefined]
  }

  /** What is called and how much stack it may take; the meter's own functions and the host's do not look at that. */
  #nameOfCall(at: number, type: FunctionType, { locals }: Flow): string {
    const index = this.#body.index(at)
    const room = this.#values.name(locals.at(-1) ?? UNKNOWN)
    if (this.#body.code(at) !== OP.call)
      return `call through table ${String(this.#body.secondIndex(at))} ${signature(type)} with ${room}`
    const own = index - this.#facts.module.imports.length
    return `call ${String(index)}${own >= 0 && own < this.#facts.firstHelper ? ` with ${room}` : ''}`
  }

  #joinBehind(into: Flow, flow: Flow): void {
    joinInto(into.locals, flow.locals, this.#values)
    for (let at = 0; at < into.stack.length; at++)
      into.stack[at] = this.#values.join(into.stack[at] ?? UNKNOWN, flow.stack[at] ?? UNKNOWN)
  }

  /** Conditions are looked at twice where Asyncify has made two out of one `if` with an `else`. */
  #look(at: number, index: number, locals: Int32Array): number {
    const value = locals[index] ?? UNKNOWN
    if (this.#facts.asyncify === undefined || (value !== UNKNOWN && value !== FLAG)) return value
    return (locals[index] = this.#values.found(at, value))
  }

  #global(index: number, { locals }: Flow, mode: Mode): number {
    const { firstMeterGlobal, asyncify } = this.#facts
    const values = this.#values
    if (index === asyncify?.modeGlobal) return values.constant(mode)
    if (index === asyncify?.headGlobal) return STACK_HEAD
    switch (index - firstMeterGlobal) {
      case METER_GLOBAL.fuel:
        return values.sum('fuel', 0)
      case METER_GLOBAL.wanted:
        return values.sum('wanted', 0)
      case METER_GLOBAL.room:
        return locals.at(-1) ?? UNKNOWN
      default:
        return UNKNOWN
    }
  }

  #setGlobal(at: number, index: number, flow: Flow, mode: Mode): void {
    const { firstMeterGlobal, asyncify } = this.#facts
    const value = flow.pop()
    if (index === asyncify?.modeGlobal || index === asyncify?.headGlobal)
      throw new NotShown("a write to Asyncify's own globals")
    if (mode !== MODE.normal) throw new NotShown('a write to a global on the way out or back')
    if (index < firstMeterGlobal) {
      this.#count(at, `write global ${String(index)}`)
      return
    }
    const own = index - firstMeterGlobal
    if (own === METER_GLOBAL.fuel) {
      this.#charge(value, flow, mode)
      return
    }
    if (own === METER_GLOBAL.room) {
      flow.locals[flow.locals.length - 1] = value
      return
    }
    const name = this.#values.name(value)
    if (name === '?') throw new NotShown("an unknown value in one of the meter's globals")
    this.#event(flow, mode, `write global ${String(index)}: ${name}`)
  }

  /** `value` is what is left. It may be one of two where an `if` that did nothing but charge became a `select`. */
  #charge(value: number, flow: Flow, mode: Mode): void {
    const added = this.#values.mayAddTo('fuel', value)
    if (added === undefined) throw new NotShown('fuel that is not what it was less a charge')
    this.#events(
      flow,
      mode,
      added.map((one) => `charge ${String(-one)}`),
    )
    const [only = 0, other] = added
    const left = this.#values.sum('fuel', 0)
    flow.change((one) => {
      if (one === value) return left
      return other === undefined ? this.#values.afterCharge(one, -only) : this.#values.afterCall(one)
    })
  }

  #select(at: number, flow: Flow): void {
    const [condition, no, yes] = [flow.pop(), flow.pop(), flow.pop()]
    flow.stack.push(this.#values.select(at, yes, no, condition))
  }

  #other(at: number, code: number, flow: Flow, mode: Mode): void {
    if ((OPERANDS[code] ?? 0) + (RESULTS[code] ?? 0) === 0 && !isKnownToDoNothing(code))
      throw new NotShown('an instruction that it has no rule for')
    if (IS_LOAD[code] === 1) this.#load(at, code, flow, mode)
    else if ((STORED_BYTES[code] ?? 0) > 0) this.#store(at, code, flow, mode)
    else if (isEvent(code, this.#body.index(at))) {
      const words = [code, this.#body.index(at), this.#body.secondIndex(at)]
      this.#replace(code, flow)
      this.#event(flow, mode, `instruction ${words.join(' ')}`)
    } else if (OPERANDS[code] === 2 && !isSimdCode(code)) {
      const [b, a] = [flow.pop(), flow.pop()]
      flow.stack.push(this.#values.binary(code, a, b))
    } else if (OPERANDS[code] === 1 && RESULTS[code] === 1)
      flow.stack.push(this.#values.unary(code, flow.pop()))
    else this.#replace(code, flow)
  }

  #replace(code: number, { stack }: Flow): void {
    stack.length = Math.max(0, stack.length - (OPERANDS[code] ?? 0))
    for (let left = RESULTS[code] ?? 0; left > 0; left--) stack.push(UNKNOWN)
  }

  #load(at: number, code: number, flow: Flow, mode: Mode): void {
    if (this.#body.secondIndex(at) === 0) {
      if (mode !== MODE.normal) throw new NotShown('memory read on the way out or back')
      this.#count(at, 'read of memory')
      this.#replace(code, flow)
      return
    }
    const address = flow.pop()
    this.#checkStackMemory(at, code, mode, address, I32_LOAD)
    flow.stack.push(address === STACK_HEAD ? STACK_END : SAVED)
  }

  #store(at: number, code: number, flow: Flow, mode: Mode): void {
    if (this.#body.secondIndex(at) === 0) {
      this.#replace(code, flow)
      this.#event(flow, mode, `store ${String(STORED_BYTES[code] ?? 0)}`)
      return
    }
    const [value, address] = [flow.pop(), flow.pop()]
    this.#checkStackMemory(at, code, mode, address, I32_STORE)
    if (address === STACK_HEAD && value !== STACK_END)
      throw new NotShown('an unwound stack that ends elsewhere')
  }

  /** The second memory is for the unwound stack: its end, and what lies relative to that. */
  #checkStackMemory(at: number, code: number, mode: Mode, address: number, word: number): void {
    if (this.#facts.asyncify === undefined || this.#body.secondIndex(at) !== STACK_MEMORY)
      throw new NotShown('another memory')
    if (mode === MODE.normal) throw new NotShown('the second memory where nothing is left or gone on with')
    if (!(address === STACK_END || (address === STACK_HEAD && code === word)))
      throw new NotShown('an address in the second memory that is not on the unwound stack')
  }

  #count(at: number, name: string): void {
    if (this.#countedAt !== at) this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    this.#countedAt = at
  }

  #event(flow: Flow, mode: Mode, name: string): void {
    this.#events(flow, mode, [name])
  }

  /** One of them. */
  #events(flow: Flow, mode: Mode, names: readonly string[]): void {
    if (mode !== MODE.normal) throw new NotShown(`on the way out or back: ${names.join(' or ')}`)
    const node = this.#graph.node()
    for (const name of names) this.#graph.edge(flow.node, node, this.#names.number(name))
    flow.node = node
  }

  /** Signed LEB128; numbers that are too large to count with are not known. */
  #constant(at: number): number {
    const { bytes } = this.#facts.module
    const [from, to] = [this.#body.start(at) + 1, this.#body.start(at + 1)]
    if (to - from > LEB_BYTES_MAX) return UNKNOWN
    let value = 0
    let factor = 1
    for (let offset = from; offset < to; offset++, factor *= 128)
      value += ((bytes[offset] ?? 0) & 0x7f) * factor
    const isNegative = ((bytes[to - 1] ?? 0) & 0x40) !== 0
    return this.#values.constant(isNegative ? value - factor : value)
  }
}

/** Changes or looks at something besides locals, stack and globals. */
function isEvent(code: number, index: number): boolean {
  if (code === OP.memorySize) return index !== 0
  if (code === OP.memoryGrow || code === OP.tableGet || code === OP.tableSet) return true
  if (code === OP.refNull || code === OP.refFunc) return true
  return code >= miscCode(MISC.memoryInit) && code <= miscCode(MISC.tableFill) && code !== TABLE_SIZE
}

/** The only ones that neither take nor put a value. */
function isKnownToDoNothing(code: number): boolean {
  return code === miscCode(MISC.dataDrop) || code === miscCode(MISC.elemDrop)
}

function signature({ params, results }: FunctionType): string {
  return `${params.join()}/${results.join()}`
}
