import { ByteWriter } from '../leb128/byte-writer.ts'
import { OP } from '../wasm/opcodes.ts'
import type { RewriteContext } from './context.ts'

const NO_RESULT = 0x40

/** Writes the instruction sequences that the rewriter inserts. */
export class CodeWriter extends ByteWriter {
  readonly #context: RewriteContext
  /** Offsets of branches that are hardly ever taken. */
  readonly unlikely: number[] = []

  constructor(context: RewriteContext, capacity?: number) {
    super(capacity)
    this.#context = context
  }

  override clear(): this {
    this.unlikely.length = 0
    return super.clear()
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

  /** An `if` that is hardly ever taken: compilers that take hints keep its code out of the way. */
  rarely(): this {
    this.unlikely.push(this.length)
    return this.if()
  }

  block(): this {
    return this.byte(OP.block).byte(NO_RESULT)
  }

  /** fuel -= cost where the i64 local `cached` does not hold it yet: at the entry of a function, behind a call. */
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
    this.op(OP.localGet, cached).i64(0).op(OP.i64LtS).rarely()
    return this.op(OP.call, this.#context.functions.tick).reload(cached).op(OP.end)
  }

  /**
   * if (fuel < 0) tick(); if (a snapshot is wanted) yield(). One branch looks at both, and fuel is looked at just where
   * it is without checkpoints: `ticks` is whether it is there.
   */
  checkAndYield(cached: number, ticks: boolean): this {
    const { globals, functions } = this.#context
    if (!ticks) this.op(OP.globalGet, globals.wanted).i64(0).op(OP.i64LtS).rarely()
    else {
      this.#fuelOrWanted(cached).rarely()
      this.op(OP.localGet, cached).i64(0).op(OP.i64LtS).if().op(OP.call, functions.tick).op(OP.end)
      this.op(OP.globalGet, globals.wanted).i64(0).op(OP.i64LtS).if()
    }
    this.op(OP.call, functions.yield)
    if (ticks) this.op(OP.end)
    return this.reload(cached).op(OP.end)
  }

  /** The same where nothing is kept in a local. */
  checkGlobal(): this {
    this.op(OP.globalGet, this.#context.globals.fuel).i64(0).op(OP.i64LtS).if()
    return this.op(OP.call, this.#context.functions.tick).op(OP.end)
  }

  /** fuel -= cost where nothing is kept in a local. */
  chargeGlobal(cost: number): this {
    const { fuel } = this.#context.globals
    return this.op(OP.globalGet, fuel).i64(cost).op(OP.i64Sub).op(OP.globalSet, fuel)
  }

  /** fuel -= (i32 local, unsigned) << shift, in 64 bits */
  chargeOperand(local: number, shift: number): this {
    const { fuel } = this.#context.globals
    this.op(OP.globalGet, fuel).op(OP.localGet, local).op(OP.i64ExtendI32U)
    if (shift > 0) this.i64(shift).op(OP.i64Shl)
    return this.op(OP.i64Sub).op(OP.globalSet, fuel)
  }

  /**
   * In front of an innermost loop: a loop around it, so that the call of `tick` is outside the inner one.
   * The block type is the inner loop's, bytes `from` to `to`; the `end` of the inner loop is to be written twice.
   */
  outerLoop(bytes: Uint8Array, from: number, to: number, cached: number, yields: boolean): this {
    this.op(OP.loop).copy(bytes, from, to)
    return yields ? this.checkAndYield(cached, true) : this.check(cached)
  }

  /** At the head of the inner loop: if (fuel < 0) continue the outer one; fuel -= cost */
  innerLoopHead(cost: number, cached: number, yields: boolean): this {
    if (yields) this.#fuelOrWanted(cached)
    else this.op(OP.localGet, cached).i64(0).op(OP.i64LtS)
    this.unlikely.push(this.length)
    this.op(OP.brIf, 1)
    return cost === 0 ? this : this.charge(cost, cached)
  }

  /** if (room < bytes) stackOverflow = 1, trap */
  checkRoom(bytes: number): this {
    this.op(OP.globalGet, this.#context.globals.room).i64(bytes).op(OP.i64LtS).rarely()
    return this.#overflow().op(OP.end)
  }

  /**
   * At the entry of a function that calls others: room for them = room - frameBytes; traps when that is below 0, and
   * otherwise ticks when the fuel is. One branch looks at both, because calls are what small functions do most.
   */
  enterFrame(frameBytes: number, room: number, cached: number): this {
    const { globals, functions } = this.#context
    this.op(OP.globalGet, globals.room).i64(frameBytes).op(OP.i64Sub).op(OP.localTee, room)
    this.op(OP.globalGet, globals.fuel).op(OP.localTee, cached)
    this.op(OP.i64Or).i64(0).op(OP.i64LtS).rarely()
    this.op(OP.localGet, room).i64(0).op(OP.i64LtS).if().#overflow().op(OP.end)
    return this.op(OP.call, functions.tick).reload(cached).op(OP.end)
  }

  /** In front of a call: what it may take. Nobody sets it back: every function does this before it calls. */
  leaveRoom(room: number): this {
    return this.op(OP.localGet, room).op(OP.globalSet, this.#context.globals.room)
  }

  /** In front of a tail call, which takes the place of this frame. */
  giveRoomBack(frameBytes: number, room: number): this {
    this.op(OP.localGet, room).i64(frameBytes).op(OP.i64Add)
    return this.op(OP.globalSet, this.#context.globals.room)
  }

  /** hostFailure = 1, trap */
  failHost(): this {
    return this.i32(1).op(OP.globalSet, this.#context.globals.hostFailure).op(OP.unreachable)
  }

  /** (fuel | wanted) < 0 */
  #fuelOrWanted(cached: number): this {
    this.op(OP.localGet, cached).op(OP.globalGet, this.#context.globals.wanted)
    return this.op(OP.i64Or).i64(0).op(OP.i64LtS)
  }

  #overflow(): this {
    return this.i32(1).op(OP.globalSet, this.#context.globals.stackOverflow).op(OP.unreachable)
  }

  #subtract(cost: number, cached: number): this {
    return this.i64(cost).op(OP.i64Sub).op(OP.localTee, cached).op(OP.globalSet, this.#context.globals.fuel)
  }
}
