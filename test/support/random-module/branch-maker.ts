import { I32, unsigned } from '../wasm-builder.ts'
import { ExpressionMaker } from './expression-maker.ts'

const NONE = 0x40

/** Writes random branches, returns and tail calls. */
export abstract class BranchMaker extends ExpressionMaker {
  /** A label that may be branched to, as its depth, of these types if some are given. */
  protected someLabel(types?: readonly number[]): number | undefined {
    const depths = this.labels.flatMap((label, at) =>
      label.usable && (types === undefined || label.types.join() === types.join())
        ? [this.labels.length - 1 - at]
        : [],
    )
    return depths.length === 0 ? undefined : this.choice.pick(depths)
  }

  protected typesAt(depth: number): readonly number[] {
    return this.labels[this.labels.length - 1 - depth]?.types ?? []
  }

  protected branchIf(depth: number): void {
    const label = this.someLabel()
    if (label === undefined) return
    const types = this.typesAt(label)
    for (const type of types) this.expression(type, depth - 2)
    this.expression(I32, depth - 1)
    this.code.emit(0x0d, ...unsigned(label))
    for (let left = types.length; left > 0; left--) this.code.emit(0x1a)
  }

  protected branchTable(depth: number): void {
    const first = this.someLabel()
    if (first === undefined) return
    const types = this.typesAt(first)
    const labels = Array.from({ length: this.choice.below(4) }, () => this.someLabel(types) ?? first)
    this.maybe(depth, 1, (inside) => {
      for (const type of types) this.expression(type, depth - 2)
      this.expression(I32, depth - 1)
      this.code.i32(3).emit(0x71)
      const moved = [...labels, first].map((label) => unsigned(label + inside))
      this.code.emit(0x0e, labels.length, ...moved.flat())
    })
  }

  /** br, return, a tail call, or a trap. */
  protected leave(depth: number): void {
    const { results } = this.signature
    const label = this.someLabel()
    const kind = this.choice.below(8)
    this.maybe(depth, kind === 7 ? 12 : 1, (inside) => {
      if (kind < 4 && label !== undefined) {
        for (const type of this.typesAt(label + inside)) this.expression(type, depth - 2)
        this.code.emit(0x0c, ...unsigned(label + inside))
      } else if (kind < 6) {
        for (const type of results) this.expression(type, depth - 2)
        this.code.emit(0x0f)
      } else if (kind === 6) this.tailCall(depth)
      else this.code.emit(0x00)
    })
  }

  /** Mostly under a condition; what follows otherwise is dead code, which has to survive as well. */
  protected maybe(depth: number, rare: number, what: (inside: number) => void): void {
    const inside = rare > 1 || !this.choice.chance(6) ? 1 : 0
    if (inside === 1) {
      this.expression(I32, depth - 1)
      if (rare > 1) this.code.i32(rare * 1000).emit(0x46)
      this.code.emit(0x04, NONE)
      this.labels.push({ types: [], usable: false })
    }
    what(inside)
    if (inside === 1) {
      this.labels.pop()
      this.code.emit(0x0b)
    }
  }

  protected tailCall(depth: number): void {
    const { functions } = this.shape
    const wanted = this.signature.results.join()
    const same = functions.flatMap(({ results }, at) => (results.join() === wanted ? [at] : []))
    const callee = this.choice.pick(same)
    this.arguments(functions[callee]?.params ?? [], depth)
    this.code.emit(0x12, ...unsigned(this.shape.firstFunction + callee))
  }

  protected arguments(params: readonly number[], depth: number): void {
    for (const type of params) this.expression(type, Math.min(depth - 2, 1))
  }
}
