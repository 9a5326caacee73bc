import { F32, F64, I32, I64, unsigned, V128 } from '../wasm-builder.ts'
import type { Choice } from './choice.ts'
import type { Code } from './code.ts'
import { LOADS, OPERATORS, TRAPPING } from './expressions.ts'
import type { ModuleShape, Signature } from './shape.ts'

const NAN32 = [0, 0, 0xc0, 0x7f]
const NAN64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
/** Locals behind those that code may use: loop counters, then an f32 and an f64 to look at. */
export const COUNTERS = 4
const SCRATCH = 2
/** Between numbers and their bits. */
const BITS: Readonly<Record<number, readonly [number, number]>> = {
  [I32]: [F32, 0xbc],
  [I64]: [F64, 0xbd],
  [F32]: [I32, 0xbe],
  [F64]: [I64, 0xbf],
}

/** A label that branches may name, or not: a loop that counts at its end must come by there. */
export interface Label {
  readonly types: readonly number[]
  readonly usable: boolean
}

/** What every part of a function's making works on. */
export interface Making {
  readonly choice: Choice
  readonly shape: ModuleShape
  /** Number of the function. */
  readonly own: number
  readonly signature: Signature
  readonly locals: readonly number[]
  readonly code: Code
}

/** Writes random expressions of a type. */
export abstract class ExpressionMaker {
  protected readonly choice: Choice
  protected readonly shape: ModuleShape
  protected readonly own: number
  protected readonly signature: Signature
  protected readonly locals: readonly number[]
  protected readonly code: Code
  protected readonly labels: Label[] = []
  /** Within a loop that calls nothing and has no loops in it. */
  protected isLeaf = false

  constructor({ choice, shape, own, signature, locals, code }: Making) {
    this.choice = choice
    this.shape = shape
    this.own = own
    this.signature = signature
    this.locals = locals
    this.code = code
  }

  protected abstract statements(depth: number): void

  /** A call of any kind; its results are dropped but for the ones below `kept`. */
  protected abstract call(depth: number, kept?: number, callee?: number): void

  /** Locals that code may use. */
  protected get usableLocals(): number {
    return this.signature.params.length + this.locals.length - COUNTERS - SCRATCH
  }

  protected expression(type: number, depth: number): void {
    const choice = this.choice
    const code = this.code
    if (depth <= 0) {
      this.leaf(type)
      return
    }
    switch (choice.below(12)) {
      case 0:
      case 1:
        this.leaf(type)
        return
      case 2:
        this.load(type, depth)
        return
      case 3:
        this.expression(type, depth - 1)
        this.expression(type, depth - 1)
        this.expression(I32, depth - 1)
        if (choice.chance(2)) code.emit(0x1b)
        else code.emit(0x1c, 1, type)
        return
      case 4:
        this.block([type], () => {
          if (choice.chance(2)) this.statements(depth - 2)
          this.expression(type, depth - 1)
        })
        return
      case 5:
        this.expression(I32, depth - 1)
        code.emit(0x04, ...this.shape.blockType([], [type]))
        this.labels.push({ types: [type], usable: true })
        this.expression(type, depth - 1)
        code.emit(0x05)
        this.expression(type, depth - 1)
        this.labels.pop()
        code.emit(0x0b)
        return
      case 6: {
        const callees = this.shape.functions.flatMap(({ results }, at) => (results[0] === type ? [at] : []))
        if (this.isLeaf || callees.length === 0) this.leaf(type)
        else this.call(depth, 1, choice.pick(callees))
        return
      }
      case 7:
        if (this.bits(type, depth)) return
        break
      case 8:
        if (type === I32) {
          if (choice.chance(2)) code.emit(0x3f, 0)
          else code.emit(0x100 + 16, choice.below(2))
          return
        }
    }
    const trapping = TRAPPING[type] ?? []
    const operators = trapping.length > 0 && choice.chance(25) ? trapping : (OPERATORS[type] ?? [])
    const [operator, ...operands] = choice.pick(operators)
    for (const operand of operands) this.expression(operand, depth - 1)
    const isLane = operator >= 0x200 + 21 && operator <= 0x200 + 34
    if (isLane) code.emit(operator, choice.below(2))
    else code.emit(operator)
  }

  /** Between numbers and their bits. Returns whether the type has such an operator. */
  protected bits(type: number, depth: number): boolean {
    const pair = BITS[type]
    if (pair === undefined) return false
    const [from, code] = pair
    this.expression(from, depth - 1)
    this.canonical(from)
    this.code.emit(code)
    if (type !== F32 && type !== F64) return true
    // And the sign of one for another.
    this.expression(type, depth - 1)
    this.canonical(type)
    this.code.emit(type === F32 ? 0x98 : 0xa6)
    return true
  }

  protected load(type: number, depth: number): void {
    const [code, align] = this.choice.pick(LOADS[type] ?? [])
    this.address(depth - 1)
    this.code.emit(code, this.choice.below(align + 1), this.choice.below(64))
  }

  protected leaf(type: number): void {
    const candidates = Array.from({ length: this.usableLocals }, (_, at) => at).filter(
      (at) => this.typeOf(at) === type,
    )
    const { globals, firstGlobal } = this.shape
    const global = globals.indexOf(type)
    if (candidates.length > 0 && !this.choice.chance(3)) this.code.emit(0x20, this.choice.pick(candidates))
    else if (global >= 0 && this.choice.chance(3)) this.code.emit(0x23, firstGlobal + global)
    else this.constant(type)
  }

  protected constant(type: number): void {
    const choice = this.choice
    const code = this.code
    const value = choice.chance(3) ? choice.bits() : choice.below(20) - 4
    if (type === I32) code.i32(value)
    else if (type === I64) code.i64(BigInt(value) * (choice.chance(3) ? 4_294_967_311n : 1n))
    else if (type === F32) code.emit(0x43, ...new Uint8Array(new Float32Array([value / 4]).buffer))
    else if (type === F64) code.emit(0x44, ...new Uint8Array(new Float64Array([value / 8]).buffer))
    else if (type === V128)
      code.emit(0x200 + 12, ...new Uint8Array(new Int32Array([value, choice.bits(), 3, value]).buffer))
  }

  protected typeOf(local: number): number {
    const { params } = this.signature
    return (local < params.length ? params[local] : this.locals[local - params.length]) ?? I32
  }

  /** What looks at the bits of a number must not see which NaN it is. */
  protected canonical(type: number): void {
    if (type !== F32 && type !== F64) return
    const scratch = this.signature.params.length + this.locals.length - (type === F32 ? 2 : 1)
    const code = this.code.emit(0x22, ...unsigned(scratch))
    if (type === F32) code.emit(0x43, ...NAN32)
    else code.emit(0x44, ...NAN64)
    code.emit(0x20, ...unsigned(scratch)).emit(0x20, ...unsigned(scratch))
    code.emit(type === F32 ? 0x5b : 0x61).emit(0x1b)
  }

  /** Mostly within the memory's first page. */
  protected address(depth: number): void {
    this.expression(I32, depth)
    if (!this.choice.chance(40)) this.code.i32(this.choice.pick([0xff, 0xff00, 0x7fff])).emit(0x71)
  }

  protected block(types: readonly number[], inside: () => void): void {
    this.code.emit(0x02, ...this.shape.blockType([], types))
    this.labels.push({ types, usable: true })
    inside()
    this.labels.pop()
    this.code.emit(0x0b)
  }
}
