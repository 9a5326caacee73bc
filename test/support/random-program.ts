import fc from 'fast-check'
import { entryCost } from '../../src-main/toolchain/cost-table.ts'
import { I32, call, get, i32, set, type TestFunction } from './wasm-builder.ts'

/** A statement of a small language that always ends, compiled to WebAssembly and interpreted here. */
export type Statement =
  | { readonly kind: 'add'; readonly to: number; readonly from: number; readonly constant: number }
  | { readonly kind: 'divide'; readonly to: number; readonly from: number }
  | { readonly kind: 'store'; readonly from: number }
  | { readonly kind: 'call'; readonly to: number; readonly from: number }
  | { readonly kind: 'if'; readonly on: number; readonly then: Statement[]; readonly else: Statement[] }
  | { readonly kind: 'loop'; readonly times: number; readonly body: Statement[] }
  | { readonly kind: 'leave'; readonly on: number; readonly body: Statement[]; readonly rest: Statement[] }
  | { readonly kind: 'switch'; readonly on: number; readonly arms: readonly Statement[][] }
  | { readonly kind: 'return'; readonly on: number }

/** Locals that statements use; loop counters come behind. */
export const VALUES = 3
const COUNTERS = 12
const local = fc.nat({ max: VALUES - 1 })

export const statements: fc.Arbitrary<Statement[]> = fc.letrec<{ list: Statement[]; one: Statement }>(
  (tie) => ({
    list: fc.array(tie('one'), { maxLength: 4 }),
    one: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'statement' },
      fc.record({
        kind: fc.constant('add' as const),
        to: local,
        from: local,
        constant: fc.integer({ min: -99, max: 99 }),
      }),
      fc.record({ kind: fc.constant('divide' as const), to: local, from: local }),
      fc.record({ kind: fc.constant('store' as const), from: local }),
      fc.record({ kind: fc.constant('call' as const), to: local, from: local }),
      fc.record({ kind: fc.constant('return' as const), on: local }),
      fc.record({ kind: fc.constant('if' as const), on: local, then: tie('list'), else: tie('list') }),
      fc.record({
        kind: fc.constant('loop' as const),
        times: fc.integer({ min: 1, max: 6 }),
        body: tie('list'),
      }),
      fc.record({ kind: fc.constant('leave' as const), on: local, body: tie('list'), rest: tie('list') }),
      fc.record({
        kind: fc.constant('switch' as const),
        on: local,
        arms: fc.array(tie('list'), { maxLength: 3 }),
      }),
    ),
  }),
).list

/** What the cost table says about the instructions that statements are made of. */
const COST = { plain: 1, division: 24, call: 8, table: 8 }

/** Compiles to a function (i32) -> i32 that works on its parameter and two more values and returns the first. */
export function compile(program: readonly Statement[], callee: number): TestFunction {
  return {
    params: [I32],
    results: [I32],
    locals: new Array<number>(VALUES - 1 + COUNTERS).fill(I32),
    code: [...compileList(program, callee, 0), ...get(0)],
  }
}

function compileList(list: readonly Statement[], callee: number, depth: number): number[] {
  return list.flatMap((statement) => compileOne(statement, callee, depth))
}

function compileOne(statement: Statement, callee: number, depth: number): number[] {
  const nested = (list: readonly Statement[]): number[] => compileList(list, callee, depth + 1)
  switch (statement.kind) {
    case 'add':
      return [
        ...get(statement.to),
        ...get(statement.from),
        0x6a,
        ...i32(statement.constant),
        0x6a,
        ...set(statement.to),
      ]
    case 'divide':
      // The divisor is odd, so never 0; unsigned, so never an overflow.
      return [...get(statement.to), ...get(statement.from), ...i32(1), 0x72, 0x6e, ...set(statement.to)]
    case 'store':
      return [...i32(64), ...get(statement.from), 0x36, 2, 0]
    case 'call':
      return [...get(statement.from), ...call(callee), ...set(statement.to)]
    case 'return':
      return [...get(statement.on), ...i32(7), 0x71, 0x45, 0x04, 0x40, ...get(statement.on), 0x0f, 0x0b]
    case 'if':
      return [
        ...get(statement.on),
        ...i32(1),
        0x71,
        0x04,
        0x40,
        ...nested(statement.then),
        0x05,
        ...nested(statement.else),
        0x0b,
      ]
    case 'loop': {
      const counter = VALUES + depth
      const step = [...get(counter), ...i32(1), 0x6b, 0x22, counter, 0x0d, 0]
      return [...i32(statement.times), ...set(counter), 0x03, 0x40, ...nested(statement.body), ...step, 0x0b]
    }
    case 'leave':
      return [
        0x02,
        0x40,
        ...nested(statement.body),
        ...get(statement.on),
        ...i32(1),
        0x71,
        0x0d,
        0,
        ...nested(statement.rest),
        0x0b,
      ]
    case 'switch': {
      const { arms, on } = statement
      const open = new Array<number[]>(arms.length + 1).fill([0x02, 0x40]).flat()
      const jump = [...get(on), ...i32(3), 0x71, 0x0e, arms.length, ...arms.map((_, arm) => arm), arms.length]
      // Each arm runs behind the end of its block and then leaves; the last block is the way out.
      const bodies = arms.flatMap((arm, index) => [
        0x0b,
        ...compileList(arm, callee, depth + 1),
        0x0c,
        arms.length - 1 - index,
      ])
      return [...open, ...jump, ...bodies, 0x0b]
    }
  }
}

export interface Interpreted {
  readonly result: number
  readonly fuel: number
}

class Returned extends Error {
  readonly value: number
  constructor(value: number) {
    super('return')
    this.value = value
  }
}

/** Runs the statements and adds up the cost of what was executed, entry included. */
export function interpret(
  program: readonly Statement[],
  argument: number,
  callee: (value: number) => Interpreted,
): Interpreted {
  const values = [argument, ...new Array<number>(VALUES - 1).fill(0)]
  let fuel = entryCost(VALUES - 1 + COUNTERS)
  const value = (index: number): number => values[index] ?? 0
  const runList = (list: readonly Statement[]): void => {
    for (const statement of list) runOne(statement)
  }
  const runOne = (statement: Statement): void => {
    switch (statement.kind) {
      case 'add':
        fuel += 6 * COST.plain
        values[statement.to] = (value(statement.to) + value(statement.from) + statement.constant) | 0
        return
      case 'divide':
        fuel += 5 * COST.plain + COST.division
        values[statement.to] = ((value(statement.to) >>> 0) / ((value(statement.from) | 1) >>> 0)) | 0
        return
      case 'store':
        fuel += 3 * COST.plain
        return
      case 'call': {
        const called = callee(value(statement.from))
        fuel += 2 * COST.plain + COST.call + called.fuel
        values[statement.to] = called.result
        return
      }
      case 'return':
        fuel += 5 * COST.plain
        if ((value(statement.on) & 7) !== 0) return
        fuel += 2 * COST.plain
        throw new Returned(value(statement.on))
      case 'if':
        fuel += 4 * COST.plain
        runList((value(statement.on) & 1) === 1 ? statement.then : statement.else)
        return
      case 'loop':
        fuel += 2 * COST.plain
        for (let left = statement.times; left > 0; left--) {
          runList(statement.body)
          fuel += 5 * COST.plain
        }
        return
      case 'leave':
        runList(statement.body)
        fuel += 4 * COST.plain
        if ((value(statement.on) & 1) === 0) runList(statement.rest)
        return
      case 'switch': {
        fuel += 3 * COST.plain + COST.table
        const arm = statement.arms[value(statement.on) & 3]
        if (arm === undefined) return
        runList(arm)
        fuel += COST.plain
      }
    }
  }
  try {
    runList(program)
  } catch (error) {
    if (!(error instanceof Returned)) throw error
    return { result: error.value, fuel }
  }
  return { result: value(0), fuel: fuel + COST.plain }
}
