import { ATTACKS, NO_ATTACK, constant, rationed, untilCaught, type Attack } from './attacks.ts'
import { simulate, type RunCounts } from './project.ts'
import { BOINC, QUORUM, trustScheme, type Scheme } from './scheme.ts'
import { estimate, shareOf, type Estimate } from './statistics.ts'

/** One scheme under one attack, run with several seeds. */
export interface Cell {
  readonly scheme: Scheme
  readonly attack: Attack
  readonly forgers: number
  readonly honestErrors: number
  readonly executions: number
}

/** A line of the results file. */
export interface CellRun extends RunCounts {
  readonly cell: string
  readonly seed: number
}

export const DONORS = 100
export const FORGERS = 0.1
/** 10,000 units for each donor. */
export const EXECUTIONS = 1_000_000
export const PROVEN_PER_ADVANCE = [3, 10, 30, 100, 300, 1000, 3000]
export const TRUST = PROVEN_PER_ADVANCE.map((each) => trustScheme(each))
export const SCHEMES: readonly Scheme[] = [QUORUM, BOINC, ...TRUST]
/** The one that is looked at closer. */
export const CLOSER = [QUORUM, BOINC, trustScheme(30)]
export const LARGER_SHARES = [0.2, 0.3]
export const COLLUSIONS: readonly Attack[] = [
  constant(1, true),
  constant(0.1, true),
  untilCaught(8, true),
  rationed(8, 1, true),
]
export const HONEST_ERRORS = [1e-4, 1e-3]
/** Units for each donor: short visits and long ones. */
export const LIVES = [1000, 30_000]

const usual = { forgers: FORGERS, honestErrors: 0, executions: EXECUTIONS }

export function cellOf(scheme: Scheme, attack: Attack, other: Partial<Cell> = {}): Cell {
  return { ...usual, ...other, scheme, attack }
}

export const CELLS: readonly Cell[] = [
  ...SCHEMES.flatMap((scheme) => ATTACKS.map((attack) => cellOf(scheme, attack))),
  ...CLOSER.flatMap((scheme) => [
    ...LARGER_SHARES.flatMap((forgers) => COLLUSIONS.map((attack) => cellOf(scheme, attack, { forgers }))),
    ...HONEST_ERRORS.map((honestErrors) => cellOf(scheme, NO_ATTACK, { honestErrors })),
  ]),
  ...SCHEMES.flatMap((scheme) =>
    LIVES.map((units) => cellOf(scheme, NO_ATTACK, { executions: units * DONORS })),
  ),
]

/** Names a cell in the results file: a changed parameter is another cell. */
export function cellName({ scheme, attack, forgers, honestErrors, executions }: Cell): string {
  return `${scheme.name} | ${attack.name} | forgers ${forgers} | errors ${honestErrors} | ${executions}`
}

export function runCell(cell: Cell, seed: number): CellRun {
  return { cell: cellName(cell), seed, ...simulate({ ...cell, seed, donors: DONORS }) }
}

/** What the runs of one cell say. */
export interface Figures {
  readonly cell: Cell
  /** Wrong results among the accepted ones. */
  readonly wrongShare: Estimate
  /** Executions for each unit that is accepted or held. */
  readonly executionsPerUnit: Estimate
  /** Units that forgers computed for each wrong result that was accepted; Infinity when none was. */
  readonly workPerWrong: number
  /** Units in windows whose checks were out at the end, of those accepted or held. */
  readonly heldShare: number
}

export function figuresOf(cell: Cell, runs: readonly CellRun[]): Figures {
  const sum = (pick: (run: CellRun) => number): number => runs.reduce((total, run) => total + pick(run), 0)
  return {
    cell,
    wrongShare: shareOf(runs.map(({ wrong, accepted }) => ({ hits: wrong, trials: accepted }))),
    executionsPerUnit: estimate(runs.map((run) => run.executions / (run.accepted + run.held))),
    workPerWrong: sum(({ forgersWork }) => forgersWork) / sum(({ wrong }) => wrong),
    heldShare: sum(({ held }) => held) / sum(({ accepted, held }) => accepted + held),
  }
}

/** The attack by forgers alone, or together, that did most against a scheme; the first one when none did anything. */
export function worst(figures: readonly Figures[], scheme: Scheme, together: boolean): Figures {
  const [first, ...others] = figures.filter(
    ({ cell }) =>
      cell.scheme === scheme &&
      cell.attack.together === together &&
      cell.attack !== NO_ATTACK &&
      cell.forgers === FORGERS &&
      cell.honestErrors === 0 &&
      cell.executions === EXECUTIONS,
  )
  if (!first) throw new Error(`no attack on ${scheme.name} was run`)
  return others.reduce((most, each) => (each.wrongShare.mean > most.wrongShare.mean ? each : most), first)
}

export function figuresFor(figures: readonly Figures[], cell: Cell): Figures {
  const found = figures.find((each) => cellName(each.cell) === cellName(cell))
  if (!found) throw new Error(`${cellName(cell)} was not run`)
  return found
}
