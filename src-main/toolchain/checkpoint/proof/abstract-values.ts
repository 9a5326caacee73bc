import { OP } from '../../wasm/opcodes.ts'

/** What is known of a value at one place of a function, by number: it may be anything. */
export const UNKNOWN = 0
/** It was read from the unwound stack, where it was put when the function was left: whatever it was then. */
export const SAVED = 1
/** Address of the two words that say where the unwound stack ends and where its room does. */
export const STACK_HEAD = 2
/** Address in the unwound stack, relative to its end. */
export const STACK_END = 3
/** Some number that is not 0. */
export const NOT_ZERO = 4
/** 0 or 1. */
export const FLAG = 5

/** Globals that the meter reads: what they hold now (fuel, wanted) or at the entry of the function (room). */
export type Base = 'fuel' | 'room' | 'wanted'

type Known =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'sum'; readonly base: Base; readonly add: number }
  /** Bits of two sums: negative when one of them is. */
  | { readonly kind: 'either'; readonly parts: readonly number[] }
  /** 1 when a sum or both are negative, else 0; `isNot` the other way round. */
  | { readonly kind: 'negative'; readonly of: number; readonly isNot: boolean }
  /** The one or the other, of which one is a sum: by a condition that is looked at again, or by any at one place. */
  | { readonly kind: 'choice'; readonly yes: number; readonly no: number; readonly by: Chooser }
  /** True when both are. */
  | { readonly kind: 'both'; readonly parts: readonly number[] }
  /** Whatever the instruction at this place found in a local; `isZero`: 1 when that was 0, else 0. */
  | { readonly kind: 'found'; readonly at: number; readonly isZero: boolean; readonly isFlag: boolean }

/** A value, or the place of an instruction whose condition is not known again. */
type Chooser = { readonly on: number } | { readonly at: number }

type Choice = Known & { readonly kind: 'choice' }

const [AND32, GE64_S, NE32] = [0x71, 0x59, 0x47]
/** More than any code is charged; up to here sums are exact. */
const SUM_MAX = 2 ** 46

/** Comparisons and tests for 0. */
const [FIRST_COMPARISON, LAST_COMPARISON] = [OP.i32Eqz, 0x66]

/**
 * Values as far as metering and Asyncify are about them: the fuel that is left less what was charged, the room on the
 * stack, whether they are negative, and constants. Each is a small number; equal ones are equal.
 */
export class AbstractValues {
  readonly #known: (Known | undefined)[] = Array<undefined>(FLAG + 1).fill(undefined)
  readonly #byName = new Map<string, number>()

  constant(value: number): number {
    return this.#find(String(value), { kind: 'constant', value })
  }

  sum(base: Base, add: number): number {
    if (Math.abs(add) > SUM_MAX) return UNKNOWN
    return this.#find(`${base}${add < 0 ? '' : '+'}${String(add)}`, { kind: 'sum', base, add })
  }

  /** What is not known, but will be the same when it is looked at again; a flag or not, as `value` is. */
  found(at: number, value: number): number {
    return this.#found(at, false, value === FLAG)
  }

  #found(at: number, isZero: boolean, isFlag: boolean): number {
    const name = `${isZero ? 'no' : isFlag ? 'flag' : 'at'} ${String(at)}`
    return this.#find(name, { kind: 'found', at, isZero, isFlag: isFlag || isZero })
  }

  /** What it adds to `base`; undefined when it is no such value. */
  addedTo(base: Base, value: number): number | undefined {
    const known = this.#known[value]
    return known?.kind === 'sum' && known.base === base ? known.add : undefined
  }

  /** What it may add to `base`; undefined when it may be anything else. */
  mayAddTo(base: Base, value: number): readonly number[] | undefined {
    const known = this.#known[value]
    const one = known?.kind === 'choice' ? [known.yes, known.no] : [value]
    const added = one.map((part) => this.addedTo(base, part))
    return added.includes(undefined) ? undefined : (added as number[])
  }

  /** Whether it is other than 0, where that is known. */
  truth(value: number): boolean | undefined {
    if (value === NOT_ZERO) return true
    const known = this.#known[value]
    return known?.kind === 'constant' ? known.value !== 0 : undefined
  }

  /** For a condition on the meter: what it says, and whether it says the contrary. */
  test(value: number): { readonly name: string; readonly isNot: boolean } | undefined {
    const known = this.#known[value]
    return known?.kind === 'negative' ? { name: this.name(known.of), isNot: known.isNot } : undefined
  }

  /** A text of the value that is the same in every function; `?` for those that are not known. */
  name(value: number): string {
    const known = this.#known[value]
    switch (known?.kind) {
      case undefined:
      case 'found':
      case 'choice':
      case 'both':
        return '?'
      case 'constant':
        return String(known.value)
      case 'sum':
        return `${known.base}${known.add < 0 ? '' : '+'}${String(known.add)}`
      case 'either':
        return known.parts
          .map((part) => this.name(part))
          .sort()
          .join('|')
      case 'negative':
        return `${known.isNot ? 'not ' : ''}${this.name(known.of)}<0`
    }
  }

  /** Where ways meet. What was saved is what it was on the way that did not leave. */
  join(a: number, b: number): number {
    if (a === b || b === SAVED) return a
    return a === SAVED ? b : UNKNOWN
  }

  /** Behind a charge of `amount`, which is one of the fuel that is left: sums are of what is left now. */
  afterCharge(value: number, amount: number): number {
    const known = this.#known[value]
    if (known === undefined) return value
    if (known.kind === 'sum') return known.base === 'fuel' ? this.sum('fuel', known.add + amount) : value
    if (known.kind === 'choice') return this.#each(known, (one) => this.afterCharge(one, amount))
    return known.kind === 'constant' || known.kind === 'found' ? value : UNKNOWN
  }

  /** Behind a call, which may have changed every global. */
  afterCall(value: number): number {
    const known = this.#known[value]
    if (known === undefined || known.kind === 'constant' || known.kind === 'found') return value
    if (known.kind === 'choice') return this.#each(known, (one) => this.afterCall(one))
    return known.kind === 'sum' && known.base === 'room' ? value : UNKNOWN
  }

  /** At the head of the loop at this place, behind a round of it: what was found there is found anew. */
  behindRound(value: number, loop: number): number {
    const known = this.#known[value]
    if (known?.kind === 'choice') return UNKNOWN
    return known?.kind === 'found' && known.at > loop ? UNKNOWN : value
  }

  /** What `value` is where it is known of `condition` whether it is 0. */
  where(value: number, condition: number, isTrue: boolean): number {
    if (condition <= FLAG || value <= FLAG) return value
    const both = this.#known[condition]
    if (both?.kind === 'both')
      return isTrue ? both.parts.reduce((one, part) => this.where(one, part, true), value) : value
    const [known, of] = [this.#known[value], this.#known[condition]]
    if (known?.kind === 'choice') {
      if (!('on' in known.by)) return value
      const truth = this.truth(this.where(known.by.on, condition, isTrue))
      return truth === undefined ? value : truth ? known.yes : known.no
    }
    const isSame =
      value === condition || (known?.kind === 'found' && of?.kind === 'found' && known.at === of.at)
    if (!isSame) return value === this.unary(OP.i32Eqz, condition) ? this.constant(isTrue ? 0 : 1) : value
    const isOther = known?.kind === 'found' && of?.kind === 'found' && known.isZero !== of.isZero
    if (isTrue === isOther) return this.constant(0)
    return this.#isFlag(value) ? this.constant(1) : NOT_ZERO
  }

  /** One or the other, as the instruction at this place selects it. */
  select(at: number, yes: number, no: number, condition: number): number {
    const truth = this.truth(condition)
    if (truth !== undefined) return truth ? yes : no
    if (yes === no) return yes
    const [whenTrue, whenFalse] = [this.truth(yes), this.truth(no)]
    if (whenFalse === false && yes > FLAG && condition > FLAG)
      return this.#find(`both ${String(condition)} ${String(yes)}`, { kind: 'both', parts: [condition, yes] })
    if (whenTrue === undefined || whenFalse === undefined)
      return this.#choice(yes, no, condition > FLAG ? { on: condition } : { at })
    if (whenTrue === whenFalse) return whenTrue ? NOT_ZERO : this.constant(0)
    return whenTrue ? condition : this.unary(OP.i32Eqz, condition)
  }

  unary(code: number, value: number): number {
    if (code !== OP.i32Eqz) return isComparison(code) ? FLAG : UNKNOWN
    const truth = this.truth(value)
    if (truth !== undefined) return this.constant(truth ? 0 : 1)
    const known = this.#known[value]
    if (known?.kind === 'found') return this.#found(known.at, !known.isZero, known.isFlag)
    return known?.kind === 'negative' ? this.#negative(known.of, !known.isNot) : FLAG
  }

  binary(code: number, a: number, b: number): number {
    const found = this.#binary(code, a, b)
    return found === UNKNOWN && isComparison(code) ? FLAG : found
  }

  #binary(code: number, a: number, b: number): number {
    if (a === UNKNOWN && b === UNKNOWN) return UNKNOWN
    switch (code) {
      case OP.i32Or:
        return this.#or32(a, b)
      case AND32:
        return this.#and32(a, b)
      case OP.i64Or:
        return this.#either(a, b)
      case OP.i64LtS:
        return this.#isZero(b) ? this.#negative(a, false) : UNKNOWN
      case GE64_S:
        return this.#isZero(b) ? this.#negative(a, true) : UNKNOWN
      case OP.i32Add:
      case OP.i64Add:
        return this.#add(a, b, 1)
      case OP.i32Sub:
      case OP.i64Sub:
        return this.#add(a, b, -1)
      case OP.i32Eq:
      case NE32:
        return this.#equal(a, b, code === NE32)
      default:
        return UNKNOWN
    }
  }

  #or32(a: number, b: number): number {
    if (this.#isZero(a)) return b
    if (this.#isZero(b)) return a
    if (this.#isFlag(a) && this.#isFlag(b)) return this.#isOne(a) || this.#isOne(b) ? this.constant(1) : FLAG
    return this.truth(a) === true || this.truth(b) === true ? NOT_ZERO : UNKNOWN
  }

  #and32(a: number, b: number): number {
    if (this.#isZero(a) || this.#isZero(b)) return this.constant(0)
    if (this.#isOne(a) && this.#isFlag(b)) return b
    if (this.#isOne(b) && this.#isFlag(a)) return a
    return this.#isFlag(a) && this.#isFlag(b) ? FLAG : UNKNOWN
  }

  #either(a: number, b: number): number {
    const parts = [...this.#partsOf(a), ...this.#partsOf(b)]
    if (parts.length < 2 || parts.includes(UNKNOWN)) return UNKNOWN
    const sorted = [...new Set(parts)].sort((x, y) => x - y)
    return this.#find(`or ${sorted.join()}`, { kind: 'either', parts: sorted })
  }

  #partsOf(value: number): readonly number[] {
    const known = this.#known[value]
    if (known?.kind === 'either') return known.parts
    return [known?.kind === 'sum' ? value : UNKNOWN]
  }

  #negative(of: number, isNot: boolean): number {
    const kind = this.#known[of]?.kind
    if (kind !== 'sum' && kind !== 'either') return UNKNOWN
    return this.#find(`${isNot ? 'not ' : ''}neg ${String(of)}`, { kind: 'negative', of, isNot })
  }

  #add(a: number, b: number, sign: 1 | -1): number {
    const [left, right] = [this.#known[a], this.#known[b]]
    if (right?.kind === 'constant') {
      if (a === STACK_END) return STACK_END
      if (left?.kind === 'sum') return this.sum(left.base, left.add + sign * right.value)
    }
    if (left?.kind === 'constant' && sign === 1) {
      if (b === STACK_END) return STACK_END
      if (right?.kind === 'sum') return this.sum(right.base, right.add + left.value)
    }
    return UNKNOWN
  }

  #equal(a: number, b: number, isNot: boolean): number {
    const [left, right] = [this.#known[a], this.#known[b]]
    if (left?.kind !== 'constant' || right?.kind !== 'constant') return UNKNOWN
    return this.constant((left.value === right.value) !== isNot ? 1 : 0)
  }

  #choice(yes: number, no: number, by: Chooser): number {
    const sums = [yes, no].filter((value) => this.#known[value]?.kind === 'sum').length
    // By a condition that is not known again it is of use only where either is a charge.
    if (yes === no || sums < ('on' in by ? 1 : 2)) return this.join(yes, no)
    const name = 'on' in by ? `on ${String(by.on)}` : `at ${String(by.at)}`
    return this.#find(`${name} ? ${String(yes)} : ${String(no)}`, { kind: 'choice', yes, no, by })
  }

  /** A choice whose condition is about the meter does not outlive what changes that. */
  #each({ yes, no, by }: Choice, one: (value: number) => number): number {
    return 'on' in by && one(by.on) !== by.on ? UNKNOWN : this.#choice(one(yes), one(no), by)
  }

  /** 0 or 1. */
  #isFlag(value: number): boolean {
    const known = this.#known[value]
    return (
      value === FLAG ||
      this.#isOne(value) ||
      known?.kind === 'negative' ||
      (known?.kind === 'found' && known.isFlag)
    )
  }

  #isOne(value: number): boolean {
    const known = this.#known[value]
    return known?.kind === 'constant' && known.value === 1
  }

  #isZero(value: number): boolean {
    return this.truth(value) === false
  }

  #find(name: string, known: Known): number {
    const found = this.#byName.get(name)
    if (found !== undefined) return found
    this.#known.push(known)
    this.#byName.set(name, this.#known.length - 1)
    return this.#known.length - 1
  }
}

function isComparison(code: number): boolean {
  return code >= FIRST_COMPARISON && code <= LAST_COMPARISON
}
