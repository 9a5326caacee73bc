import { ByteReader } from '../../leb128/byte-reader.ts'
import type { BodyCode } from '../../wasm/body-code.ts'
import { OP } from '../../wasm/opcodes.ts'
import { AbstractValues, UNKNOWN } from './abstract-values.ts'
import { BodySteps } from './body-steps.ts'
import { NotShown, type BodyFacts } from './body-facts.ts'
import { EventGraph, SILENT, type EventNames } from './event-graph.ts'
import { Flow, Flows, joinInto, meet, MODE, MODES, type Mode } from './flow.ts'

/** Values settle after two or three rounds; each round knows less than the one before. */
const PASSES_MAX = 32
const NO_VALUES = -64

/** A block, loop or if that is open. */
interface Frame {
  readonly at: number
  readonly opcode: number
  readonly results: number
  /** Values below it on the operand stack. */
  readonly height: number
  /** What its end was left for from within, by mode. */
  readonly ends: Flows
  /** Of an `if`: what goes to its `else`. Of a loop: its head. */
  others: Flows
}

/** What a function does, as far as it matters: see {@link walkBody}. */
export interface WalkedBody {
  readonly graph: EventGraph
  /** Where it begins when it is called. */
  readonly entry: number
  /** See {@link BodySteps.counts}. */
  readonly counts: ReadonlyMap<string, number>
  /**
   * Places of calls that it comes to only on its way back. It cannot have been left in one of them, so what lies behind
   * is for nobody, and was not followed: the call must not be made.
   */
  readonly neverLeftIn: ReadonlySet<number>
}

/**
 * Follows every way through a body and writes down what happens on it, in its order: what is charged, which functions
 * are called, what is written, where it is looked whether the meter is below 0, that it returns. Conditions are
 * followed both ways, but for those on Asyncify's mode, which is known. Throws {@link NotShown}.
 */
export function walkBody(
  facts: BodyFacts,
  body: BodyCode,
  locals: number,
  results: number,
  names: EventNames,
): WalkedBody {
  const values = new AbstractValues()
  const heads = new Map<number, Int32Array>()
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const walk = new BodyWalk(facts, body, results, names, values, heads)
    const walked = walk.walk(locals)
    if (!walk.hasChanged) return walked
  }
  throw new NotShown('loops that change what the meter has in its locals')
}

/** One round over all instructions. What is known at the heads of loops comes from the rounds before. */
class BodyWalk {
  hasChanged = false
  readonly #body: BodyCode
  readonly #bytes: Uint8Array
  readonly #isTransformed: boolean
  readonly #results: number
  readonly #names: EventNames
  readonly #values: AbstractValues
  readonly #heads: Map<number, Int32Array>
  readonly #graph = new EventGraph()
  readonly #steps: BodySteps
  readonly #frames: Frame[] = []
  readonly #neverLeftIn = new Set<number>()
  #flows = new Flows()

  constructor(
    facts: BodyFacts,
    body: BodyCode,
    results: number,
    names: EventNames,
    values: AbstractValues,
    heads: Map<number, Int32Array>,
  ) {
    this.#body = body
    this.#bytes = facts.module.bytes
    this.#isTransformed = facts.asyncify !== undefined
    this.#results = results
    this.#names = names
    this.#values = values
    this.#heads = heads
    this.#steps = new BodySteps(facts, body, names, values, this.#graph)
  }

  walk(locals: number): WalkedBody {
    const known = new Int32Array(locals + 1).fill(UNKNOWN)
    known[locals] = this.#values.sum('room', 0)
    const begin = (): Flow => new Flow(this.#graph.node(), known.slice(), [])
    const [normal, rewinding] = [begin(), begin()]
    // Flows move on.
    const entry = normal.node
    this.#flows.set(MODE.normal, 0, normal)
    if (this.#isTransformed) this.#flows.set(MODE.rewinding, 0, rewinding)
    for (let at = 0; at < this.#body.count; at++) this.#one(at)
    return { graph: this.#graph, entry, counts: this.#steps.counts, neverLeftIn: this.#neverLeftIn }
  }

  #one(at: number): void {
    const code = this.#body.code(at)
    this.#graph.place = at
    if (code > OP.callIndirect) this.#flows.each((flow, mode) => this.#steps.step(at, code, flow, mode))
    else if (code === OP.call || code === OP.callIndirect) this.#call(at)
    else this.#control(at, code)
  }

  #call(at: number): void {
    const tracks = [this.#flows.byMode(0), this.#flows.byMode(1)] as const
    const comesBack = tracks.some((flows) => flows[MODE.rewinding] !== undefined)
    if (comesBack && tracks.every((flows) => flows[MODE.normal] === undefined)) this.#neverLeftIn.add(at)
    for (const track of [0, 1] as const) {
      const other = tracks[1 - track] ?? tracks[track]
      const alsoBack = other[MODE.normal] === undefined ? other[MODE.rewinding] : undefined
      const behind = this.#steps.call(at, tracks[track], alsoBack)
      for (const mode of MODES) this.#flows.set(mode, track, behind[mode])
    }
  }

  #control(at: number, code: number): void {
    const label = this.#body.index(at)
    switch (code) {
      case OP.block:
        this.#push(at, code, this.#flows.height, new Flows())
        return
      case OP.loop:
        this.#loop(at)
        return
      case OP.if:
        this.#if(at)
        return
      case OP.else:
        this.#else()
        return
      case OP.end:
        this.#end()
        return
      case OP.br:
        this.#flows.each((flow, mode, track) => this.#branch(label, flow, mode, track))
        this.#flows = new Flows()
        return
      case OP.brIf:
        this.#flows.each((flow, mode, track) => {
          const { yes, no } = this.#decide(flow.pop(), flow, mode)
          if (yes !== undefined) this.#branch(label, yes, mode, track)
          this.#flows.set(mode, track, no)
        })
        return
      case OP.brTable:
        this.#flows.each((flow, mode, track) => {
          flow.pop()
          for (const target of this.#tableLabels(at)) this.#branch(target, flow, mode, track)
        })
        this.#flows = new Flows()
        return
      case OP.return:
        this.#flows.each((flow, mode) => this.#return(flow, mode))
        this.#flows = new Flows()
        return
      case OP.unreachable:
        this.#flows.each((flow, mode) => this.#leave(flow, mode, 'trap'))
        this.#flows = new Flows()
        return
      case OP.nop:
        return
      default:
        throw new NotShown('an instruction that it has no rule for')
    }
  }

  #loop(at: number): void {
    const heads = new Flows()
    this.#onOneTrack(this.#flows).each((flow, mode) => heads.set(mode, 0, this.#loopHead(at, flow, mode)))
    this.#push(at, OP.loop, heads.height, heads)
    this.#flows = new Flows()
    heads.each((head, mode) => this.#flows.set(mode, 0, head.copyAt(head.node)))
  }

  #if(at: number): void {
    const [yeses, noes] = [new Flows(), new Flows()]
    this.#flows.each((flow, mode, track) => {
      const { yes, no } = this.#decide(flow.pop(), flow, mode)
      yeses.set(mode, track, yes)
      noes.set(mode, track, no)
    })
    const isDivided = !yeses.isEmpty && !noes.isEmpty
    this.#flows = isDivided ? this.#onOneTrack(yeses) : yeses
    const height = Math.max(yeses.height, noes.height)
    this.#push(at, OP.if, height, isDivided ? this.#onOneTrack(noes) : noes)
  }

  /** Both tracks meet in the first. */
  #onOneTrack(flows: Flows): Flows {
    const met = new Flows()
    flows.each((flow, mode) => {
      met.set(mode, 0, meet(met.get(mode, 0), flow, flow.stack, this.#graph, this.#values))
    })
    return met
  }

  #push(at: number, opcode: number, height: number, others: Flows): void {
    const type = this.#body.index(at)
    if (type >= 0) throw new NotShown('a block that takes values')
    const results = type === NO_VALUES ? 0 : 1
    this.#frames.push({ at, opcode, results, height, ends: new Flows(), others })
  }

  #loopHead(at: number, flow: Flow, mode: Mode): Flow {
    const key = at * MODES.length + mode
    const known = this.#heads.get(key) ?? flow.locals.slice()
    joinInto(known, flow.locals, this.#values)
    this.#heads.set(key, known)
    const node = this.#graph.node()
    this.#graph.edge(flow.node, node, SILENT)
    // What lies below on the stack is not looked at while the loop runs, but the meter goes on.
    const below = flow.stack.map((value) => this.#values.afterCall(value))
    return new Flow(node, known.slice(), below)
  }

  #else(): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    this.#flows.each((flow, mode, track) => this.#leaveFor(frame, flow, mode, track))
    this.#flows = frame.others
    frame.others = new Flows()
  }

  #end(): void {
    const frame = this.#frames.pop()
    if (frame === undefined) {
      this.#flows.each((flow, mode) => this.#return(flow, mode))
      return
    }
    const { ends, others, opcode, height, results } = frame
    this.#flows.each((flow, mode, track) => {
      if (flow.stack.length !== height + results)
        throw new NotShown('an operand stack that cannot be followed')
      this.#leaveFor(frame, flow, mode, track)
    })
    this.#flows = ends
    if (opcode !== OP.if || others.isEmpty) return
    // An `if` without `else`.
    this.#flows = ends.isEmpty ? others : this.#onOneTrack(ends)
    if (!ends.isEmpty) this.#onOneTrack(others).each((flow, mode) => this.#flows.set(mode, 1, flow))
  }

  #leaveFor(frame: Frame, flow: Flow, mode: Mode, track: number): void {
    const { height, results, ends } = frame
    const stack = [...flow.stack.slice(0, height), ...flow.stack.slice(flow.stack.length - results)]
    if (results === 0) stack.length = height
    const end = this.#body.partner(frame.at)
    ends.set(mode, track, meet(ends.get(mode, track), flow, stack, this.#graph, this.#values, end))
  }

  #branch(label: number, flow: Flow, mode: Mode, track: number): void {
    const frame = this.#frames[this.#frames.length - 1 - label]
    if (frame === undefined) this.#return(flow, mode)
    else if (frame.opcode !== OP.loop) this.#leaveFor(frame, flow, mode, track)
    else {
      const head = frame.others.get(mode, 0)
      const known = this.#heads.get(frame.at * MODES.length + mode)
      if (head === undefined || known === undefined) throw new NotShown('a loop that changes its mode')
      const locals = flow.locals.map((value) => this.#values.behindRound(value, frame.at))
      if (joinInto(known, locals, this.#values)) this.hasChanged = true
      this.#graph.edge(flow.node, head.node, SILENT)
    }
  }

  #return(flow: Flow, mode: Mode): void {
    if (flow.stack.length < this.#results) throw new NotShown('an operand stack that cannot be followed')
    this.#leave(flow, mode, 'return')
  }

  #leave(flow: Flow, mode: Mode, how: string): void {
    if (mode === MODE.normal) this.#graph.edge(flow.node, this.#graph.node(), this.#names.number(how))
  }

  /** The two ways on from a condition; one of them alone where it is known. */
  #decide(condition: number, flow: Flow, mode: Mode): { readonly yes?: Flow; readonly no?: Flow } {
    const truth = this.#isTransformed ? this.#values.truth(condition) : undefined
    if (truth !== undefined) return truth ? { yes: flow } : { no: flow }
    const test = mode === MODE.normal ? this.#values.test(condition) : undefined
    const way = (isTrue: boolean): Flow => {
      const next = flow.copyAt(this.#graph.node())
      if (this.#isTransformed) next.change((value) => this.#values.where(value, condition, isTrue))
      const says = test === undefined ? '' : `${test.name} ${isTrue === test.isNot ? 'not ' : ''}negative`
      this.#graph.edge(flow.node, next.node, test === undefined ? SILENT : this.#names.number(says))
      return next
    }
    return { yes: way(true), no: way(false) }
  }

  #tableLabels(at: number): ReadonlySet<number> {
    const reader = new ByteReader(this.#bytes, this.#body.start(at) + 1)
    const labels = new Set<number>()
    for (let left = reader.u32(); left >= 0; left--) labels.add(reader.u32())
    return labels
  }
}
