import { entryCost } from '../../../src-main/toolchain/cost-table.ts'
import { F32, F64, I32, I64, unsigned, type TestFunction } from '../wasm-builder.ts'
import { BulkMaker } from './bulk-maker.ts'
import type { Choice } from './choice.ts'
import { Code } from './code.ts'
import { STORES } from './expressions.ts'
import { COUNTERS } from './expression-maker.ts'
import { TYPES, type ModuleShape } from './shape.ts'

const NONE = 0x40

/** Makes function number `own` of a module; `counts`: for the module that counts what it executes. */
export function makeFunction(choice: Choice, shape: ModuleShape, own: number, counts: boolean): TestFunction {
  const signature = shape.functions[own]
  if (signature === undefined) throw new RangeError('no such function')
  const { params, results } = signature
  const locals: number[] = []
  for (let left = choice.below(5); left > 0; left--) locals.push(choice.pick(TYPES))
  locals.push(...new Array<number>(COUNTERS).fill(I32), F32, F64)
  const scratch = params.length + locals.length
  const code = new Code(counts ? { global: shape.countGlobal, scratch } : undefined)
  code.enter(entryCost(locals.length))
  new FunctionMaker({ choice, shape, own, signature, locals, code }).make()
  return { params, results, locals: counts ? [...locals, I32] : locals, code: code.bytes }
}

/**
 * Writes one random function, a little of everything that the policy admits, always valid and always ending: loops
 * and calls use up a budget that the module keeps in a global, or count for themselves.
 */
class FunctionMaker extends BulkMaker {
  /** Statements that may still be made: bounds the size. */
  #left = 40

  make(): void {
    const { results } = this.signature
    this.#spend(() => {
      for (const type of results) this.constant(type)
      this.code.emit(0x0f)
    })
    this.labels.push({ types: results, usable: true })
    this.statements(3)
    for (const type of results) this.expression(type, 3)
  }

  /** Takes one from the budget, or does something else when there is none left. */
  #spend(instead: () => void): void {
    const { budgetGlobal } = this.shape
    const code = this.code
    code.emit(0x23, budgetGlobal).emit(0x45).emit(0x04, NONE)
    this.labels.push({ types: [], usable: false })
    instead()
    this.labels.pop()
    code.emit(0x0b).emit(0x23, budgetGlobal).i32(1).emit(0x6b).emit(0x24, budgetGlobal)
  }

  protected override statements(depth: number): void {
    for (let left = 1 + this.choice.below(4); left > 0; left--) this.#statement(depth)
  }

  #statement(depth: number): void {
    const choice = this.choice
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
        this.block([], () => this.statements(depth - 1))
        return
      case 6:
      case 7:
      case 8:
        this.#loop(depth - 1)
        return
      case 9:
      case 10:
        this.#conditional(depth)
        return
      case 11:
      case 12:
        this.branchIf(depth)
        return
      case 13:
        if (choice.chance(2)) this.branchTable(depth)
        else this.leave(depth)
        return
      case 14:
        if (!this.isLeaf) this.call(depth)
        return
      case 15:
        if (!this.isLeaf || choice.chance(3)) this.bulk(depth)
        return
      default:
        this.expression(choice.pick(TYPES), depth)
        this.code.emit(0x1a)
    }
  }

  #setLocal(depth: number): void {
    const count = this.usableLocals
    if (count === 0) return
    const local = this.choice.below(count)
    this.expression(this.typeOf(local), depth)
    if (this.choice.chance(4)) this.code.emit(0x22, local).emit(0x1a)
    else this.code.emit(0x21, local)
  }

  #setGlobal(depth: number): void {
    const at = this.choice.below(this.shape.globals.length)
    this.expression(this.shape.globals[at] ?? I32, depth)
    this.code.emit(0x24, this.shape.firstGlobal + at)
  }

  #store(type: number, depth: number): void {
    const [code, align] = this.choice.pick(STORES[type] ?? [])
    this.address(depth - 1)
    this.expression(type, depth - 1)
    this.canonical(type)
    this.code.emit(code, this.choice.below(align + 1), this.choice.below(64))
  }

  #conditional(depth: number): void {
    const code = this.code
    this.expression(I32, depth - 1)
    code.emit(0x04, NONE)
    this.labels.push({ types: [], usable: true })
    this.statements(depth - 1)
    if (this.choice.chance(2)) {
      code.emit(0x05)
      this.statements(depth - 1)
    }
    this.labels.pop()
    code.emit(0x0b)
  }

  /**
   * Three kinds: one that takes from the budget at its header, one that counts there, and one that counts at its end.
   * The last two are the innermost ones.
   */
  #loop(depth: number): void {
    const choice = this.choice
    const code = this.code
    if (this.isLeaf) return
    const kind = choice.below(3)
    const counter =
      this.signature.params.length + this.locals.length - COUNTERS - 2 + (depth & (COUNTERS - 1))
    const around = choice.chance(4) && !this.shape.isSavable
    if (kind > 0) code.i32(1 + choice.below(25)).emit(0x21, counter)
    // Parameters of a loop are values that go round; here one that nobody needs.
    if (around) this.expression(I64, 1)
    code.emit(0x02, ...(around ? this.shape.blockType([I64], []) : [NONE]))
    this.labels.push({ types: [], usable: true })
    code.emit(0x03, ...(around ? this.shape.blockType([I64], []) : [NONE]))
    this.labels.push({ types: around ? [I64] : [], usable: kind < 2 })
    if (around) code.emit(0x1a)
    if (kind === 0) this.#spend(() => code.emit(0x0c, 2))
    if (kind === 1) {
      code.emit(0x20, counter).emit(0x45).emit(0x0d, 1)
      code.emit(0x20, counter).i32(1).emit(0x6b).emit(0x21, counter)
    }
    const was = this.isLeaf
    this.isLeaf = kind > 0
    if (kind < 2 && choice.chance(3)) this.#search(around)
    this.statements(depth)
    this.isLeaf = was
    if (around) this.expression(I64, 1)
    if (kind === 2) code.emit(0x20, counter).i32(1).emit(0x6b).emit(0x22, counter).emit(0x0d, 0)
    else if (choice.chance(2)) code.emit(0x0c, 0)
    else {
      this.expression(I32, depth)
      code.emit(0x0d, 0)
    }
    if (around) code.emit(0x1a)
    this.labels.pop()
    code.emit(0x0b)
    this.labels.pop()
    code.emit(0x0b)
  }

  /** A round that usually ends at once, and calls something when it does not. */
  #search(around: boolean): void {
    if (around) this.expression(I64, 1)
    this.expression(I32, 1)
    this.code.i32(3).emit(0x71).emit(0x0d, 0)
    if (around) this.code.emit(0x1a)
    this.call(1)
  }

  /** A call of any kind; its results are dropped but for the ones below `kept`. */
  protected override call(
    depth: number,
    kept = 0,
    callee = this.choice.below(this.shape.functions.length),
  ): void {
    const choice = this.choice
    const code = this.code
    if (this.shape.isSavable && callee <= this.own) {
      // Calls go forward only, so nothing calls itself.
      const { results } = this.shape.functions[callee] ?? { results: [] }
      for (const type of results.slice(0, kept)) this.constant(type)
      return
    }
    if (kept === 0 && !this.shape.isSavable && choice.chance(6)) {
      code.emit(0x10, 0).emit(0x1a)
      return
    }
    const { params, results } = this.shape.functions[callee] ?? { params: [], results: [] }
    this.arguments(params, depth)
    if (choice.chance(4)) {
      // Mostly the function itself: another one of the table has another type, or is none at all.
      code.i32(choice.chance(30) ? choice.below(12) : callee)
      code.emit(0x11, ...unsigned(this.shape.typeOf(callee)), 0)
    } else code.emit(0x10, ...unsigned(this.shape.firstFunction + callee))
    for (let left = results.length; left > kept; left--) code.emit(0x1a)
  }
}
