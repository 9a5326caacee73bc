import { LIMITS } from '../../../src-main/domain/limits.ts'
import { TRUST_POINTS } from '../../../src-main/domain/max-error.ts'
import { ATTACKS, NO_ATTACK } from './attacks.ts'
import {
  CLOSER,
  COLLUSIONS,
  DONORS,
  EXECUTIONS,
  FORGERS,
  HONEST_ERRORS,
  LARGER_SHARES,
  LIVES,
  SCHEMES,
  TRUST,
  cellOf,
  figuresFor,
  worst,
  type Figures,
} from './cells.ts'
import { BOINC, type Scheme } from './scheme.ts'
import { majorityError, spotCheckError, type Estimate } from './statistics.ts'

export interface Effort {
  readonly runs: number
  readonly executions: number
}

/** resources/docs/trust.md. */
export function trustReport(figures: readonly Figures[], effort: Effort): string {
  const parts = [
    opening(effort),
    frontier(figures),
    comparison(figures),
    attacks(figures),
    collusion(figures),
    honest(figures),
    limitsOfIt(),
  ]
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function opening({ runs, executions }: Effort): string[] {
  const units = EXECUTIONS / DONORS
  return [
    '# Forgers against the trust policy',
    '',
    `Written by \`npm run prove -- trust ${runs}\`: ${millions(executions)} simulated executions. Change the script, not this file.`,
    '',
    `A simulated project has ${DONORS} donors, a share of ${percent(FORGERS)} of them forgers unless said otherwise, and ${units.toLocaleString('en')} units each. It decides by the functions of \`src-main/domain\` (trust, pairing, validation, lease). Forgers know the rules and how they stand, and come back under a new key whenever that pays. Intervals are 95 %, over ${runs} seeds.`,
    '',
    'The rule: a donor is trusted with one result in advance for every *c* that it has proven since its last error (at most ' +
      `${LIMITS.advanceMax}). Results accepted on its word are held until one of them, drawn at random, is checked; credit is released with the check. A failed check questions everything that rests on this donor's word alone since its last error. Only donors that proved ${LIMITS.establishedResults} results check others; where results differ, one more vote is wanted.`,
  ]
}

function frontier(figures: readonly Figures[]): string[] {
  const rows = SCHEMES.map((scheme) => {
    const honestRun = figuresFor(figures, cellOf(scheme, NO_ATTACK))
    const alone = worst(figures, scheme, false)
    const together = worst(figures, scheme, true)
    const price = Math.min(alone.workPerWrong, together.workPerWrong)
    return row([
      scheme.name,
      cost(honestRun),
      share(alone.wrongShare),
      share(together.wrongShare),
      price === Infinity ? 'none was accepted' : String(Math.round(price)),
      percent(honestRun.heldShare),
    ])
  })
  return [
    '## The frontier',
    '',
    '![Wrong results against executions per unit](trust.svg)',
    '',
    'Executions per unit are those of a project without forgers; the wrong share is that of the worst attack on this scheme, and so is the price: units that forgers compute for each wrong result that is accepted. *trust c* is the policy with that *c*. In the picture, a point on the lower edge stands for none.',
    '',
    ...table(
      [
        'scheme',
        'executions per unit',
        'wrong share, forgers alone',
        'wrong share, together',
        'units paid per wrong result',
        'held at the end',
      ],
      rows,
    ),
    '',
    `\`--max-error\` picks a point: ${TRUST_POINTS.map(({ maxError, provenPerAdvance }) => `${maxError} is *c* = ${provenPerAdvance}`).join(', ')}. Without it every unit gets its quorum.`,
  ]
}

function comparison(figures: readonly Figures[]): string[] {
  const boinc = figuresFor(figures, cellOf(BOINC, NO_ATTACK)).executionsPerUnit.mean
  const equal = TRUST.filter(
    (scheme) => figuresFor(figures, cellOf(scheme, NO_ATTACK)).executionsPerUnit.mean <= boinc,
  ).at(-1)
  const lines = [
    '## Beside published schemes',
    '',
    "**BOINC's adaptive replication** (wiki page *AdaptiveReplication*, `set_trust` in sched_send.cpp): a host with fewer than 10 consecutive valid replicated results is replicated always, then with a chance of 1/count; an unreplicated result is accepted for good.",
    '',
    equal
      ? versusBoinc(figures, equal)
      : 'No simulated point of the trust policy costs as little as that rule.',
    '',
    `**Sarmenta** (*Sabotage-tolerance mechanisms for volunteer computing systems*, CCGRID 2001). His formulas are derived again here from the models he describes, since the paper's text was not at hand. Voting until 2 of 3 agree, all forgers together and always forging: ${exponent(majorityError(FORGERS, 2))} wrong; the simulated quorum under that attack: ${share(figuresFor(figures, cellOf(SCHEMES[0] ?? BOINC, COLLUSIONS[0] ?? NO_ATTACK)).wrongShare)}. Spot checks of a share q of n results each, whoever fails being shut out for ever and all its results redone: at most f/(1 − f) · 1/(q·n·e) wrong, so ${exponent(spotCheckError(FORGERS, 100))} for 100 checks each. That is less than the trust policy at equal cost, and needs what an open swarm does not have: keys that cannot be replaced, checks whose answers are known, and n known beforehand. The trust policy's own bound, whatever n: a forger alone places at most about 1/(e·c) wrong results per unit it computes.`,
  ]
  return lines
}

function versusBoinc(figures: readonly Figures[], scheme: Scheme): string {
  const cells = [scheme, BOINC].map((each) => ({
    cost: cost(figuresFor(figures, cellOf(each, NO_ATTACK))),
    alone: worst(figures, each, false),
    together: worst(figures, each, true),
  }))
  const [ours, theirs] = cells
  if (!ours || !theirs) return ''
  const better = theirs.alone.wrongShare.low / ours.alone.wrongShare.high
  const verdict =
    better > 1
      ? `At no more cost the trust policy lets through at least ${better.toFixed(0)} times fewer wrong results under the worst simulated attack.`
      : 'At equal cost the trust policy is not better under the worst simulated attack.'
  return `${verdict} ${scheme.name}: ${ours.cost} executions per unit, ${share(ours.alone.wrongShare)} wrong (${ours.alone.cell.attack.name}), together ${share(ours.together.wrongShare)}. BOINC's rule: ${theirs.cost}, ${share(theirs.alone.wrongShare)} (${theirs.alone.cell.attack.name}), together ${share(theirs.together.wrongShare)}. The difference is what follows a failed check: there nothing that was accepted before is looked at again. The price: under attack the trust policy computes more units again, a share of the results is held until a check, and donors that stay for a short time only cost more (last section).`
}

function attacks(figures: readonly Figures[]): string[] {
  return [
    '## Every attack',
    '',
    'Wrong share, and executions per unit under the attack. *Advance*: results that the scheme trusts a forger with between two checks.',
    '',
    ...table(
      ['attack', ...CLOSER.map(({ name }) => name)],
      ATTACKS.map((attack) =>
        row([attack.name, ...CLOSER.map((scheme) => both(figures, cellOf(scheme, attack)))]),
      ),
    ),
  ]
}

function collusion(figures: readonly Figures[]): string[] {
  const rows = LARGER_SHARES.flatMap((forgers) =>
    COLLUSIONS.map((attack) =>
      row([
        percent(forgers),
        attack.name,
        ...CLOSER.map((scheme) => both(figures, cellOf(scheme, attack, { forgers }))),
      ]),
    ),
  )
  return [
    '## More colluders',
    '',
    ...table(['forgers', 'attack', ...CLOSER.map(({ name }) => name)], rows),
    '',
    'Where a fifth of the donors always forge together from the first unit on, they keep honest donors from becoming established: then only the third vote is left of the policy, at more executions than a plain quorum. Verify cores and known-answer units are the remedy, and banning whoever is found out.',
  ]
}

function honest(figures: readonly Figures[]): string[] {
  const lives = SCHEMES.map((scheme) =>
    row([
      scheme.name,
      ...LIVES.map((units) =>
        cost(figuresFor(figures, cellOf(scheme, NO_ATTACK, { executions: units * DONORS }))),
      ),
    ]),
  )
  const errors = HONEST_ERRORS.map((honestErrors) =>
    row([
      percent(honestErrors),
      ...CLOSER.map((scheme) => both(figures, cellOf(scheme, NO_ATTACK, { honestErrors }))),
    ]),
  )
  return [
    '## Without forgers',
    '',
    'Executions per unit, by the units that each donor computes:',
    '',
    ...table(['scheme', ...LIVES.map((units) => `${units.toLocaleString('en')} units each`)], lives),
    '',
    'When honest machines err: wrong share and executions per unit.',
    '',
    ...table(['wrong results of each donor', ...CLOSER.map(({ name }) => name)], errors),
  ]
}

function limitsOfIt(): string[] {
  return [
    '## What this does not show',
    '',
    '- Checks come back at once or after other units; nobody is slow, offline or faster than others.',
    '- The attacks are those above. Others may do better; the bound of 1/(e·c) is for forgers alone.',
    '- While fewer than half of the work is done by established donors, at the start, colluders check each other: three equal votes then stand in for two. Known-answer units and verify cores do not depend on donors at all; they are not in the simulation.',
    '- A forger that pays the price places its wrong result. Only a quorum of donors that do not know each other, or a recomputation, speaks for a single unit.',
    '- The reserve is not in the simulation. A donor chooses which units of it it computes, so each is checked: one execution more for every one of them. Its checker is drawn by a lot that nobody can foresee or draw again, or waits his turn like all others.',
  ]
}

function table(head: readonly string[], rows: readonly string[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows]
}
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function both(figures: readonly Figures[], cell: Parameters<typeof figuresFor>[1]): string {
  const { wrongShare, executionsPerUnit } = figuresFor(figures, cell)
  return `${share(wrongShare)} at ${executionsPerUnit.mean.toFixed(3)}`
}

function share({ mean, low, high }: Estimate): string {
  return mean === 0 ? `none (< ${exponent(high)})` : `${exponent(mean)} (${exponent(low)}–${exponent(high)})`
}

const cost = ({ executionsPerUnit }: Figures): string => executionsPerUnit.mean.toFixed(4)
const exponent = (value: number): string => value.toExponential(1)
const percent = (value: number): string => `${Number((100 * value).toPrecision(2))} %`
const millions = (value: number): string => `${Math.round(value / 1e6).toLocaleString('en')} million`
