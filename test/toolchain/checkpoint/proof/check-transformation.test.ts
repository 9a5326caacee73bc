import { beforeAll, describe, expect, it } from 'vitest'
import { addCheckpoints } from '../../../../src-main/toolchain/checkpoint/add-checkpoints.ts'
import { loadAsyncify, type Asyncify } from '../../../../src-main/toolchain/checkpoint/asyncify.ts'
import { decodeModule } from '../../../../src-main/toolchain/wasm/decoder.ts'
import { OP } from '../../../../src-main/toolchain/wasm/opcodes.ts'
import { mixing } from '../../../slot/savable-apps.ts'
import {
  instructionsOf,
  replaceBody,
  replaceInstruction,
  type FoundInstruction,
} from '../../../support/edit-body.ts'
import { call, i32, signed } from '../../../support/wasm-builder.ts'

const PAGES = 16
/** Own functions of the app, both transformed; it is inner loops, a call through a table, calls of WASI and memory. */
const original = mixing(3n)
const FUNCTIONS = [0, 1]
/** The app's own globals are 0 and 1, its imports 0 to 2. */
const GLOBAL = { fuel: 2, room: 3, stackOverflow: 5, wanted: 6, mode: 7, head: 8 }
const IMPORT = { tick: 3, yield: 4 }
const GROW_HELPER = 4
const DROP = [OP.drop]
const [I64_STORE, I64_GT_S] = [0x37, 0x55]

let asyncify: Asyncify
/** What binaryen makes of it, and what it was given. */
let made: Uint8Array
let given: Uint8Array
let all: FoundInstruction[]

beforeAll(async () => {
  asyncify = await loadAsyncify()
  addCheckpoints(decodeModule(original), PAGES, (reduced, options) => {
    given = reduced
    made = asyncify(reduced, options)
    return made
  })
  all = instructionsOf(made, FUNCTIONS)
})

const splice = (output: Uint8Array) => addCheckpoints(decodeModule(original), PAGES, () => output)
const refusal = (reason = /cannot be shown/) => ({
  code: 'module-unproven',
  message: expect.stringMatching(reason) as string,
})
const isWrite = (global: number) => (one: FoundInstruction) =>
  one.code === OP.globalSet && one.index === global
const isAccess = ({ code }: FoundInstruction) => code >= OP.firstLoad && code <= OP.lastStore

/** Each instruction in its turn replaced, which has to be refused each time. */
function refusesEach(
  which: (one: FoundInstruction, place: number) => boolean,
  by: (one: FoundInstruction) => readonly number[],
): number {
  const found = all.filter(which)
  for (const one of found) {
    const changed = replaceInstruction(made, one, by(one))
    expect(() => splice(changed), `instruction ${one.at} of function ${one.own}`).toThrow(
      expect.objectContaining(refusal()),
    )
  }
  return found.length
}
const before = (own: number, at: number, added: readonly number[]): Uint8Array => {
  const one = all.find((found) => found.own === own && found.at === at)!
  return replaceInstruction(made, one, [...added, ...one.bytes])
}

describe('what Asyncify made of a module', () => {
  it('is taken as it is, and with instructions in it that do nothing', () => {
    expect(splice(made)).toBeDefined()
    for (const own of FUNCTIONS) expect(splice(before(own, 0, [OP.nop, ...i32(5), ...DROP]))).toBeDefined()
  })

  it('traps where it would make a call that it can never have been left in', () => {
    const back = [OP.globalGet, GLOBAL.mode, ...i32(2), 0x46, OP.if, 0x40]
    const endless = [OP.loop, 0x40, OP.br, 0, OP.end]
    for (const own of FUNCTIONS) {
      const changed = before(own, 0, [...back, ...call(IMPORT.yield), ...endless, OP.end])
      const made = instructionsOf(splice(changed), [own]).slice(0, 7)
      expect(made.map(({ code }) => code)).toEqual([
        ...[OP.globalGet, OP.i32Const, 0x46, OP.if],
        ...[OP.unreachable, OP.call, OP.loop],
      ])
    }
  })

  it('is refused when numbers too large to add exactly hide a charge', () => {
    const many = (count: number, value: bigint, code: number): number[] =>
      Array.from({ length: count }, () => [OP.i64Const, ...signed(value), code]).flat()
    const [add, subtract] = [0x7c, OP.i64Sub]
    const hidden = [...many(80, 2n ** 47n, add), ...many(100, 1n, add), ...many(80, 2n ** 47n, subtract)]
    expect(refusesEach(isWrite(GLOBAL.fuel), ({ bytes }) => [...hidden, ...bytes])).toBe(15)
  })

  it('is refused without any one of its charges', () => {
    expect(refusesEach(isWrite(GLOBAL.fuel), () => DROP)).toBe(15)
  })

  it('is refused with any other amount', () => {
    const isAmount = ({ own, code }: FoundInstruction, place: number): boolean => {
      const [next, one, two] = [all[place + 1], all[place + 2], all[place + 3]]
      const sums = next?.own === own && (next.code === OP.i64Sub || next.code === OP.i64Add)
      const written = one?.code === OP.localTee ? two : one
      return code === OP.i64Const && sums && written !== undefined && isWrite(GLOBAL.fuel)(written)
    }
    expect(refusesEach(isAmount, () => [OP.i64Const, ...signed(1n)])).toBe(15)
  })

  it('is refused when a charge is made twice, or somewhere else', () => {
    const twice = (one: FoundInstruction) => [...one.bytes, 0x23, 2, 0x42, 1, 0x7d, 0x24, 2]
    expect(refusesEach(isWrite(GLOBAL.fuel), twice)).toBe(15)
    const charge = [0x23, 2, 0x42, 1, 0x7d, 0x24, 2]
    for (const own of FUNCTIONS) expect(() => splice(before(own, 0, charge))).toThrow(/the way out or back/)
  })

  it('is refused when it looks for anything else than a meter below 0', () => {
    const isLook = ({ own, code }: FoundInstruction, place: number): boolean =>
      code === OP.i64LtS && all[place - 1]?.own === own && all[place - 1]?.code === OP.i64Const
    expect(refusesEach(isLook, () => [I64_GT_S])).toBeGreaterThan(6)
  })

  it('is refused without a bound of the stack', () => {
    expect(refusesEach(isWrite(GLOBAL.room), () => DROP)).toBe(1)
    expect(refusesEach(isWrite(GLOBAL.stackOverflow), () => DROP)).toBe(1)
  })

  it('is refused when it calls others, or one more', () => {
    const isTick = ({ code, index }: FoundInstruction) => code === OP.call && index === IMPORT.tick
    const isYield = ({ code, index }: FoundInstruction) => code === OP.call && index === IMPORT.yield
    expect(refusesEach(isTick, () => [OP.nop])).toBe(3)
    expect(refusesEach(isTick, () => call(IMPORT.yield))).toBe(3)
    expect(refusesEach(isYield, () => call(IMPORT.tick))).toBe(2)
    expect(refusesEach(isTick, () => [...call(IMPORT.tick), ...call(IMPORT.tick)])).toBe(3)
    const grow = [...i32(1), ...call(GROW_HELPER), OP.drop]
    expect(refusesEach(isTick, () => [...call(IMPORT.tick), ...grow])).toBe(3)
    const isThroughTable = ({ code }: FoundInstruction) => code === OP.callIndirect
    expect(refusesEach(isThroughTable, () => [...DROP, ...DROP, 0x42, 0])).toBe(1)
    for (const own of FUNCTIONS) expect(() => splice(before(own, 0, call(IMPORT.tick)))).toThrow(/cannot be/)
  })

  it('is refused when it takes one memory for the other', () => {
    const isIn = (memory: number) => (one: FoundInstruction) => isAccess(one) && one.secondIndex === memory
    const moved = ({ bytes: [code = 0, align = 0, ...offset] }: FoundInstruction) => [
      ...[code, align | 0x40, 1],
      ...offset,
    ]
    const back = ({ bytes: [code = 0, align = 0, _memory, ...offset] }: FoundInstruction) => [
      ...[code, align & 0x3f],
      ...offset,
    ]
    expect(refusesEach(isIn(0), moved)).toBeGreaterThan(8)
    expect(refusesEach(isIn(1), back)).toBeGreaterThan(30)
  })

  it('is refused when it touches the second memory at another address', () => {
    const isHead = (one: FoundInstruction) => one.code === OP.globalGet && one.index === GLOBAL.head
    expect(refusesEach(isHead, () => i32(16))).toBeGreaterThan(10)
  })

  it('is refused when it writes to memory less often or more often', () => {
    const isStore = ({ code, secondIndex }: FoundInstruction) => code === I64_STORE && secondIndex === 0
    expect(refusesEach(isStore, () => [...DROP, ...DROP])).toBeGreaterThan(8)
    const again = ({ bytes }: FoundInstruction) => [...bytes, ...i32(0), 0x42, 0, ...bytes]
    expect(refusesEach(isStore, again)).toBeGreaterThan(8)
  })

  it('is refused when it changes globals that it has to leave alone', () => {
    const isTick = ({ code, index }: FoundInstruction) => code === OP.call && index === IMPORT.tick
    for (const global of [GLOBAL.mode, GLOBAL.head])
      refusesEach(isTick, ({ bytes }) => [...bytes, ...i32(0), OP.globalSet, global])
    refusesEach(isTick, ({ bytes }) => [...bytes, 0x42, 0, OP.globalSet, GLOBAL.wanted])
    const again = ({ bytes }: FoundInstruction) => [...bytes, OP.globalGet, 0, OP.globalSet, 0]
    expect(refusesEach(isTick, again)).toBe(3)
  })

  it('is refused with a loop that nobody pays for, in whatever mode', () => {
    const isTick = ({ code, index }: FoundInstruction) => code === OP.call && index === IMPORT.tick
    const endless = [OP.loop, 0x40, OP.br, 0, OP.end]
    refusesEach(isTick, ({ bytes }) => [...bytes, ...endless])
    const whileRewound = [OP.loop, 0x40, OP.globalGet, GLOBAL.mode, ...i32(2), 0x46, OP.brIf, 0, OP.end]
    for (const own of FUNCTIONS) expect(() => splice(before(own, 0, whileRewound))).toThrow(/not paid for/)
  })

  it('is refused with more memory, or other instructions that were not there', () => {
    const isTick = ({ code, index }: FoundInstruction) => code === OP.call && index === IMPORT.tick
    for (const added of [
      [...i32(1), OP.memoryGrow, 0, OP.drop],
      [...i32(1), OP.memoryGrow, 1, OP.drop],
      [...i32(0), ...i32(0), ...i32(9), 0xfc, 11, 0],
      [...i32(0), ...i32(0), ...i32(9), 0xfc, 10, 1, 0],
      [...i32(0), 0x28, 2, 0, OP.drop, ...i32(0), 0x28, 2, 0, OP.drop],
    ])
      expect(refusesEach(isTick, ({ bytes }) => [...bytes, ...added])).toBe(3)
  })

  it('is refused when it goes on as if nothing were while the stack is unwound', () => {
    for (const own of FUNCTIONS) {
      const { bodies, bytes } = decodeModule(given)
      const { start, end } = bodies[own]!
      const untouched = replaceBody(made, own, [...bytes.subarray(start, end)])
      expect(() => splice(untouched)).toThrow(expect.objectContaining(refusal()))
    }
  })

  it("is refused when Asyncify's own functions are not what they are known to be", () => {
    const kept = decodeModule(given).bodies.length
    const own = Array.from({ length: 5 }, (_, place) => kept + place)
    const constants = instructionsOf(made, own).filter(({ code }) => code === OP.i32Const)
    expect(constants).toHaveLength(4)
    for (const one of constants)
      expect(() => splice(replaceInstruction(made, one, i32(3)))).toThrow(/Asyncify's own functions/)
  })
})
