import { ByteWriter } from '../leb128/byte-writer.ts'
import { OP } from '../wasm/opcodes.ts'
import type { RewriteContext } from './context.ts'

const NO_RESULT = 0x40

/** Writes the instruction sequences that the rewriter inserts. */
export class CodeWriter extends ByteWriter {
  readonly #context: RewriteContext

  constructor(context: RewriteContext, capacity?: number) {
    super(capacity)
    this.#context = context
  }

  /** An instruction with one index or none. */
  op(opcode: number, index?: number): this {
    this.byte(opcode)
    return index === undefined ? this : this.u32(index)
  }

  i32(value: number): this {
    return this.byte(OP.i32Const).signed(value)
  }

  i64(value: number): this {
    return this.byte(OP.i64Const).signed(value)
  }

  if(): this {
    return this.byte(OP.if).byte(NO_RESULT)
  }

  /** At the entry of a function: fuel -= cost, and the result is kept in the i64 local `cached`. */
  enter(cost: number, cached: number): this {
    return this.op(OP.globalGet, this.#context.globals.fuel).#subtract(cost, cached)
  }

  /** fuel -= cost; the global is written at once, so that a trap anywhere finds it exact, but not read again. */
  charge(cost: number, cached: number): this {
    return this.op(OP.localGet, cached).#subtract(cost, cached)
  }

  /** After a call, which has changed the global. */
  reload(cached: number): this {
    return this.op(OP.globalGet, this.#context.globals.fuel).op(OP.localSet, cached)
  }

  /** if (fuel < 0) tick() */
  check(cached: number): this {
    this.op(OP.localGet, cached).i64(0).op(OP.i64LtS).if()
    return this.op(OP.call, this.#context.functions.tick).reload(cached).op(OP.end)
  }

  /** The same where nothing is kept in a local. */
  checkGlobal(): this {
    this.op(OP.globalGet, this.#context.globals.fuel).i64(0).op(OP.i64LtS).if()
    return this.op(OP.call, this.#context.functions.tick).op(OP.end)
  }

  /**
   * In front of an innermost loop: a loop around it, so that the call of `tick` is outside the inner one.
   * `blockType` is the inner loop's, in its encoded form; the `end` of the inner loop is to be written twice.
   */
  outerLoop(blockType: Uint8Array, cached: number): this {
    return this.op(OP.loop).raw(blockType).check(cached)
  }

  /** At the head of the inner loop: if (fuel < 0) continue the outer one; fuel -= cost */
  innerLoopHead(cost: number, cached: number): this {
    return this.op(OP.localGet, cached).i64(0).op(OP.i64LtS).op(OP.brIf, 1).charge(cost, cached)
  }

  /** if (stack > limit) stackOverflow = 1, trap */
  checkStack(limit: number): this {
    const { stack, stackOverflow } = this.#context.globals
    this.op(OP.globalGet, stack).i32(limit).op(OP.i32GtS).if()
    return this.i32(1).op(OP.globalSet, stackOverflow).op(OP.unreachable).op(OP.end)
  }

  /** stack += bytes */
  moveStack(bytes: number): this {
    const { stack } = this.#context.globals
    return this.op(OP.globalGet, stack).i32(bytes).op(OP.i32Add).op(OP.globalSet, stack)
  }

  /** hostFailure = 1, trap */
  failHost(): this {
    return this.i32(1).op(OP.globalSet, this.#context.globals.hostFailure).op(OP.unreachable)
  }

  #subtract(cost: number, cached: number): this {
    return this.i64(cost).op(OP.i64Sub).op(OP.localTee, cached).op(OP.globalSet, this.#context.globals.fuel)
  }
}
