import { entryCost } from '../../../src-main/toolchain/cost-table.ts'
import { F32, F64, I32, I64, unsigned, V128, type TestFunction } from '../wasm-builder.ts'
import type { Choice } from './choice.ts'
import { Code } from './code.ts'
import { LOADS, OPERATORS, STORES, TRAPPING } from './expressions.ts'
import { TYPES, type ModuleShape, type Signature } from './shape.ts'

const NONE = 0x40
const NAN32 = [0, 0, 0xc0, 0x7f]
const NAN64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]

/** A label that branches may name, or not: a loop that counts at its end must come by there. */
interface Label {
  readonly types: readonly number[]
  readonly usable: boolean
}

/**
 * Writes one random function, a little of everything that the policy admits, always valid and always ending: loops
 * and calls use up a budget that the module keeps in a global, or count for themselves.
 */
export class FunctionMaker {
  readonly #choice: Choice
  readonly #shape: ModuleShape
  readonly #signature: Signature
  readonly #own: number
  readonly #locals: number[] = []
  readonly #labels: Label[] = []
  readonly #code: Code
  /** Within a loop that calls nothing and has no loops in it. */
  #isLeaf = false
  /** Statements that may still be made: bounds the size. */
  #left = 40

  constructor(choice: Choice, shape: ModuleShape, own: number, counts: boolean) {
    this.#choice = choice
    this.#shape = shape
    this.#own = own
    const signature = shape.functions[own]
    if (signature === undefined) throw new RangeError('no such function')
    this.#signature = signature
    for (let left = choice.below(5); left > 0; left--) this.#locals.push(choice.pick(TYPES))
    // Loop counters and operands to look at come behind, as many as may be needed.
    this.#locals.push(...new Array<number>(COUNTERS).fill(I32), F32, F64)
    const scratch = signature.params.length + this.#locals.length
    this.#code = new Code(counts ? { global: shape.countGlobal, scratch } : undefined)
  }

  make(): TestFunction {
    const { params, results } = this.#signature
    const code = this.#code
    code.enter(entryCost(this.#locals.length))
    this.#spend(() => {
      this.#defaults(results)
      code.emit(0x0f)
    })
    this.#labels.push({ types: results, usable: true })
    this.#statements(3)
    for (const type of results) this.#expression(type, 3)
    const locals = code.counts ? [...this.#locals, I32] : this.#locals
    return { params, results, locals, code: code.bytes }
  }

  /** Takes one from the budget, or does something else when there is none left. */
  #spend(instead: () => void): void {
    const { budgetGlobal } = this.#shape
    const code = this.#code
    code.emit(0x23, budgetGlobal).emit(0x45).emit(0x04, NONE)
    this.#labels.push({ types: [], usable: false })
    instead()
    this.#labels.pop()
    code.emit(0x0b).emit(0x23, budgetGlobal).i32(1).emit(0x6b).emit(0x24, budgetGlobal)
  }

  #defaults(types: readonly number[]): void {
    for (const type of types) this.#constant(type)
  }

  #statements(depth: number): void {
    for (let left = 1 + this.#choice.below(4); left > 0; left--) this.#statement(depth)
  }

  #statement(depth: number): void {
    const choice = this.#choice
    this.#left -= 1
    const kind = depth <= 0 || this.#left < 0 ? choice.below(4) : choice.below(17)
    switch (kind) {
      case 0:
      case 1:
        this.#setLocal(depth)
        return
      case 2:
        this.#setGlobal(depth)
        return
      case 3:
      case 4:
        this.#store(choice.pick(TYPES), depth)
        return
      case 5:
        this.#block([], () => this.#statements(depth - 1))
        return
      case 6:
      case 7:
      case 8:
        this.#loop(depth - 1)
        return
      case 9:
      case 10:
        this.#if(depth)
        return
      case 11:
      case 12:
        this.#branchIf(depth)
        return
      case 13:
        if (choice.chance(2)) this.#branchTable(depth)
        else this.#leave(depth)
        return
      case 14:
        if (!this.#isLeaf) this.#call(depth)
        return
      case 15:
        if (!this.#isLeaf || choice.chance(3)) this.#bulk(depth)
        return
      default:
        this.#expression(choice.pick(TYPES), depth)
        this.#code.emit(0x1a)
    }
  }

  #setLocal(depth: number): void {
    const { params } = this.#signature
    const count = params.length + this.#locals.length - COUNTERS - 2
    if (count === 0) return
    const local = this.#choice.below(count)
    this.#expression(this.#typeOf(local), depth)
    if (this.#choice.chance(4)) this.#code.emit(0x22, local).emit(0x1a)
    else this.#code.emit(0x21, local)
  }

  #setGlobal(depth: number): void {
    const at = this.#choice.below(this.#shape.globals.length)
    this.#expression(this.#shape.globals[at] ?? I32, depth)
    this.#code.emit(0x24, this.#shape.firstGlobal + at)
  }

  #store(type: number, depth: number): void {
    const [code, align] = this.#choice.pick(STORES[type] ?? [])
    this.#address(depth - 1)
    this.#expression(type, depth - 1)
    this.#canonical(type)
    this.#code.emit(code, this.#choice.below(align + 1), this.#choice.below(64))
  }

  /** Mostly within the memory's first page. */
  #address(depth: number): void {
    this.#expression(I32, depth)
    if (!this.#choice.chance(40)) this.#code.i32(this.#choice.pick([0xff, 0xff00, 0x7fff])).emit(0x71)
  }

  /** What looks at the bits of a number must not see which NaN it is. */
  #canonical(type: number): void {
    if (type !== F32 && type !== F64) return
    const scratch = this.#signature.params.length + this.#locals.length - (type === F32 ? 2 : 1)
    const code = this.#code.emit(0x22, ...unsigned(scratch))
    if (type === F32) code.emit(0x43, ...NAN32)
    else code.emit(0x44, ...NAN64)
    code.emit(0x20, ...unsigned(scratch)).emit(0x20, ...unsigned(scratch))
    code.emit(type === F32 ? 0x5b : 0x61).emit(0x1b)
  }

  #block(types: readonly number[], inside: () => void): void {
    this.#code.emit(0x02, ...this.#shape.blockType([], types))
    this.#labels.push({ types, usable: true })
    inside()
    this.#labels.pop()
    this.#code.emit(0x0b)
  }

  #if(depth: number): void {
    const code = this.#code
    this.#expression(I32, depth - 1)
    code.emit(0x04, NONE)
    this.#labels.push({ types: [], usable: true })
    this.#statements(depth - 1)
    if (this.#choice.chance(2)) {
      code.emit(0x05)
      this.#statements(depth - 1)
    }
    this.#labels.pop()
    code.emit(0x0b)
  }

  /**
   * Three kinds: one that takes from the budget at its header, one that counts there, and one that counts at its end.
   * The last two are the innermost ones.
   */
  #loop(depth: number): void {
    const choice = this.#choice
    const code = this.#code
    if (this.#isLeaf) return
    const kind = choice.below(3)
    const counter =
      this.#signature.params.length + this.#locals.length - COUNTERS - 2 + (depth & (COUNTERS - 1))
    const around = choice.chance(4)
    if (kind > 0) code.i32(1 + choice.below(25)).emit(0x21, counter)
    // Parameters of a loop are values that go round; here one that nobody needs.
    if (around) this.#expression(I64, 1)
    code.emit(0x02, ...(around ? this.#shape.blockType([I64], []) : [NONE]))
    this.#labels.push({ types: [], usable: true })
    code.emit(0x03, ...(around ? this.#shape.blockType([I64], []) : [NONE]))
    this.#labels.push({ types: around ? [I64] : [], usable: kind < 2 })
    if (around) code.emit(0x1a)
    if (kind === 0) this.#spend(() => code.emit(0x0c, 2))
    if (kind === 1) {
      code.emit(0x20, counter).emit(0x45).emit(0x0d, 1)
      code.emit(0x20, counter).i32(1).emit(0x6b).emit(0x21, counter)
    }
    const was = this.#isLeaf
    this.#isLeaf = kind > 0
    if (kind < 2 && choice.chance(3)) this.#search(around)
    this.#statements(depth)
    this.#isLeaf = was
    if (around) this.#expression(I64, 1)
    if (kind === 2) code.emit(0x20, counter).i32(1).emit(0x6b).emit(0x22, counter).emit(0x0d, 0)
    else if (choice.chance(2)) code.emit(0x0c, 0)
    else {
      this.#expression(I32, depth)
      code.emit(0x0d, 0)
    }
    if (around) code.emit(0x1a)
    this.#labels.pop()
    code.emit(0x0b)
    this.#labels.pop()
    code.emit(0x0b)
  }

  /** A round that usually ends at once, and calls something when it does not. */
  #search(around: boolean): void {
    if (around) this.#expression(I64, 1)
    this.#expression(I32, 1)
    this.#code.i32(3).emit(0x71).emit(0x0d, 0)
    if (around) this.#code.emit(0x1a)
    this.#call(1)
  }

  /** A label that may be branched to, as its depth, of these types if some are given. */
  #someLabel(types?: readonly number[]): number | undefined {
    const depths = this.#labels.flatMap((label, at) =>
      label.usable && (types === undefined || label.types.join() === types.join())
        ? [this.#labels.length - 1 - at]
        : [],
    )
    return depths.length === 0 ? undefined : this.#choice.pick(depths)
  }

  #typesAt(depth: number): readonly number[] {
    return this.#labels[this.#labels.length - 1 - depth]?.types ?? []
  }

  #branchIf(depth: number): void {
    const label = this.#someLabel()
    if (label === undefined) return
    const types = this.#typesAt(label)
    for (const type of types) this.#expression(type, depth - 2)
    this.#expression(I32, depth - 1)
    this.#code.emit(0x0d, ...unsigned(label))
    for (let left = types.length; left > 0; left--) this.#code.emit(0x1a)
  }

  #branchTable(depth: number): void {
    const first = this.#someLabel()
    if (first === undefined) return
    const types = this.#typesAt(first)
    const labels = Array.from({ length: this.#choice.below(4) }, () => this.#someLabel(types) ?? first)
    this.#maybe(depth, 1, (inside) => {
      for (const type of types) this.#expression(type, depth - 2)
      this.#expression(I32, depth - 1)
      this.#code.i32(3).emit(0x71)
      const moved = [...labels, first].map((label) => unsigned(label + inside))
      this.#code.emit(0x0e, labels.length, ...moved.flat())
    })
  }

  /** br, return, a tail call, or a trap. */
  #leave(depth: number): void {
    const { results } = this.#signature
    const label = this.#someLabel()
    const kind = this.#choice.below(8)
    this.#maybe(depth, kind === 7 ? 12 : 1, (inside) => {
      if (kind < 4 && label !== undefined) {
        for (const type of this.#typesAt(label + inside)) this.#expression(type, depth - 2)
        this.#code.emit(0x0c, ...unsigned(label + inside))
      } else if (kind < 6) {
        for (const type of results) this.#expression(type, depth - 2)
        this.#code.emit(0x0f)
      } else if (kind === 6) this.#tailCall(depth)
      else this.#code.emit(0x00)
    })
  }

  /** Mostly under a condition; what follows otherwise is dead code, which has to survive as well. */
  #maybe(depth: number, rare: number, what: (inside: number) => void): void {
    const inside = rare > 1 || !this.#choice.chance(6) ? 1 : 0
    if (inside === 1) {
      this.#expression(I32, depth - 1)
      if (rare > 1) this.#code.i32(rare * 1000).emit(0x46)
      this.#code.emit(0x04, NONE)
      this.#labels.push({ types: [], usable: false })
    }
    what(inside)
    if (inside === 1) {
      this.#labels.pop()
      this.#code.emit(0x0b)
    }
  }

  #tailCall(depth: number): void {
    const { functions } = this.#shape
    const wanted = this.#signature.results.join()
    const same = functions.flatMap(({ results }, at) => (results.join() === wanted ? [at] : []))
    const callee = this.#choice.pick(same)
    this.#arguments(functions[callee]?.params ?? [], depth)
    this.#code.emit(0x12, ...unsigned(this.#shape.firstFunction + callee))
  }

  #arguments(params: readonly number[], depth: number): void {
    for (const type of params) this.#expression(type, Math.min(depth - 2, 1))
  }

  /** A call of any kind; its results are dropped but for the ones below `kept`. */
  #call(depth: number, kept = 0, callee = this.#choice.below(this.#shape.functions.length)): void {
    const choice = this.#choice
    const code = this.#code
    if (kept === 0 && choice.chance(6)) {
      code.emit(0x10, 0).emit(0x1a)
      return
    }
    const { params, results } = this.#shape.functions[callee] ?? { params: [], results: [] }
    this.#arguments(params, depth)
    if (choice.chance(4)) {
      // Mostly the function itself: another one of the table has another type, or is none at all.
      code.i32(choice.chance(30) ? choice.below(12) : callee)
      code.emit(0x11, ...unsigned(this.#shape.typeOf(callee)), 0)
    } else code.emit(0x10, ...unsigned(this.#shape.firstFunction + callee))
    for (let left = results.length; left > kept; left--) code.emit(0x1a)
  }

  #bulk(depth: number): void {
    const choice = this.#choice
    const code = this.#code
    const length = (bits: number): void => {
      this.#expression(I32, depth - 2)
      code.i32(choice.chance(30) ? -1 : bits).emit(0x71)
    }
    const shape = this.#shape
    switch (choice.below(9)) {
      case 0:
        this.#address(depth - 2)
        this.#expression(I32, depth - 2)
        length(choice.chance(3) ? 0x1ffff : 0xff)
        shape.countBytes(code)
        code.emit(0x100 + 11, 0)
        return
      case 1:
        this.#address(depth - 2)
        this.#address(depth - 2)
        length(choice.chance(3) ? 0x1ffff : 0xff)
        shape.countBytes(code)
        code.emit(0x100 + 10, 0, 0)
        return
      case 2:
        this.#address(depth - 2)
        length(0x1f)
        length(0x1f)
        shape.countBytes(code)
        code.emit(0x100 + 8, 0, 0)
        return
      case 3:
        if (choice.chance(10)) code.emit(0x100 + 9, 0)
        return
      case 4:
        code.i32(choice.below(6)).i32(choice.below(6))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 14, choice.below(2), choice.below(2))
        return
      case 5:
        code.i32(choice.below(6)).emit(0xd0, 0x70)
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 17, 1)
        return
      case 6:
        code.emit(0xd2, ...unsigned(shape.firstFunction + this.#own))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 15, 1).emit(0x1a)
        return
      case 7:
        code.i32(choice.below(6)).i32(choice.below(3))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 12, 0, 1)
        return
      default:
        code.i32(choice.chance(4) ? 100 : choice.below(3))
        shape.countPages(code)
        code.emit(0x40, 0).emit(0x1a)
    }
  }

  #expression(type: number, depth: number): void {
    const choice = this.#choice
    const code = this.#code
    if (depth <= 0) {
      this.#leaf(type)
      return
    }
    switch (choice.below(12)) {
      case 0:
      case 1:
        this.#leaf(type)
        return
      case 2:
        this.#load(type, depth)
        return
      case 3:
        this.#expression(type, depth - 1)
        this.#expression(type, depth - 1)
        this.#expression(I32, depth - 1)
        if (choice.chance(2)) code.emit(0x1b)
        else code.emit(0x1c, 1, type)
        return
      case 4:
        this.#block([type], () => {
          if (choice.chance(2)) this.#statements(depth - 2)
          this.#expression(type, depth - 1)
        })
        return
      case 5:
        this.#expression(I32, depth - 1)
        code.emit(0x04, ...this.#shape.blockType([], [type]))
        this.#labels.push({ types: [type], usable: true })
        this.#expression(type, depth - 1)
        code.emit(0x05)
        this.#expression(type, depth - 1)
        this.#labels.pop()
        code.emit(0x0b)
        return
      case 6: {
        const callees = this.#shape.functions.flatMap(({ results }, at) => (results[0] === type ? [at] : []))
        if (this.#isLeaf || callees.length === 0) this.#leaf(type)
        else this.#call(depth, 1, choice.pick(callees))
        return
      }
      case 7:
        if (this.#bits(type, depth)) return
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
    for (const operand of operands) this.#expression(operand, depth - 1)
    const isLane = operator >= 0x200 + 21 && operator <= 0x200 + 34
    if (isLane) code.emit(operator, choice.below(2))
    else code.emit(operator)
  }

  /** Between numbers and their bits. Returns whether the type has such an operator. */
  #bits(type: number, depth: number): boolean {
    const pair = BITS[type]
    if (pair === undefined) return false
    const [from, code] = pair
    this.#expression(from, depth - 1)
    this.#canonical(from)
    this.#code.emit(code)
    if (type !== F32 && type !== F64) return true
    // And the sign of one for another.
    this.#expression(type, depth - 1)
    this.#canonical(type)
    this.#code.emit(type === F32 ? 0x98 : 0xa6)
    return true
  }

  #load(type: number, depth: number): void {
    const [code, align] = this.#choice.pick(LOADS[type] ?? [])
    this.#address(depth - 1)
    this.#code.emit(code, this.#choice.below(align + 1), this.#choice.below(64))
  }

  #leaf(type: number): void {
    const locals = this.#signature.params.length + this.#locals.length - COUNTERS - 2
    const candidates = Array.from({ length: locals }, (_, at) => at).filter((at) => this.#typeOf(at) === type)
    const { globals, firstGlobal } = this.#shape
    const global = globals.indexOf(type)
    if (candidates.length > 0 && !this.#choice.chance(3)) this.#code.emit(0x20, this.#choice.pick(candidates))
    else if (global >= 0 && this.#choice.chance(3)) this.#code.emit(0x23, firstGlobal + global)
    else this.#constant(type)
  }

  #constant(type: number): void {
    const choice = this.#choice
    const code = this.#code
    const value = choice.chance(3) ? choice.bits() : choice.below(20) - 4
    if (type === I32) code.i32(value)
    else if (type === I64) code.i64(BigInt(value) * (choice.chance(3) ? 4_294_967_311n : 1n))
    else if (type === F32) code.emit(0x43, ...new Uint8Array(new Float32Array([value / 4]).buffer))
    else if (type === F64) code.emit(0x44, ...new Uint8Array(new Float64Array([value / 8]).buffer))
    else if (type === V128)
      code.emit(0x200 + 12, ...new Uint8Array(new Int32Array([value, choice.bits(), 3, value]).buffer))
  }

  #typeOf(local: number): number {
    const { params } = this.#signature
    return (local < params.length ? params[local] : this.#locals[local - params.length]) ?? I32
  }
}

const COUNTERS = 4
const BITS: Readonly<Record<number, readonly [number, number]>> = {
  [I32]: [F32, 0xbc],
  [I64]: [F64, 0xbd],
  [F32]: [I32, 0xbe],
  [F64]: [I64, 0xbf],
}
