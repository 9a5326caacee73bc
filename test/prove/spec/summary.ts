/** What came of a script, or of several. */
export interface Summary {
  /** Modules that ran rewritten. */
  readonly modules: number
  readonly passed: number
  /** Assertions on modules that the policy refuses. */
  readonly refusedAssertions: number
  /** Assertions that the module as it is does not meet either, mostly because it relies on one that was refused. */
  readonly unmet: number
  /** Assertions about NaN bits that the rewriter makes canonical on purpose. */
  readonly canonicalNans: number
  /** Modules that are invalid or no modules at all, and were refused. */
  readonly rejected: number
  /** One line each. */
  readonly failures: readonly string[]
  /** Reasons of the policy, with the number of modules that each refused. */
  readonly refusals: Readonly<Record<string, number>>
  /** Fuel of all calls, in decimal. */
  readonly fuel: string
}

/** The same while it is being counted. */
export class Tally {
  modules = 0
  passed = 0
  refusedAssertions = 0
  unmet = 0
  canonicalNans = 0
  rejected = 0
  fuel = 0n
  readonly #failures: string[] = []
  readonly #refusals: Record<string, number> = {}

  fail(line: string): void {
    this.#failures.push(line)
  }

  /** The reason, of which is left out what differs from module to module. */
  refuse(reason: string): void {
    const kind = reason.replace(/ \(function \d+\)| at byte \d+/, '').replace(/import \S+ /, 'an import ')
    this.#count(kind, 1)
  }

  add(summary: Summary): void {
    this.modules += summary.modules
    this.passed += summary.passed
    this.refusedAssertions += summary.refusedAssertions
    this.unmet += summary.unmet
    this.canonicalNans += summary.canonicalNans
    this.rejected += summary.rejected
    this.fuel += BigInt(summary.fuel)
    this.#failures.push(...summary.failures)
    for (const [reason, count] of Object.entries(summary.refusals)) this.#count(reason, count)
  }

  #count(reason: string, count: number): void {
    this.#refusals[reason] = (this.#refusals[reason] ?? 0) + count
  }

  get summary(): Summary {
    const { modules, passed, refusedAssertions, unmet, canonicalNans, rejected } = this
    const counts = { modules, passed, refusedAssertions, unmet, canonicalNans, rejected }
    return { ...counts, failures: this.#failures, refusals: this.#refusals, fuel: this.fuel.toString() }
  }
}
