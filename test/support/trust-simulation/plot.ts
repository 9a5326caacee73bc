import { NO_ATTACK } from './attacks.ts'
import { FORGERS, TRUST, cellOf, figuresFor, worst, type Figures } from './cells.ts'
import { BOINC, QUORUM, type Scheme } from './scheme.ts'

const WIDTH = 720
const HEIGHT = 440
const AREA = { left: 76, right: 700, top: 24, bottom: 380 }
/** Both axes are logarithmic: powers of ten at their ends. */
const X = { from: -3, to: 0.3 }
const Y = { from: -6, to: -1 }

/** Colours that can be read on white and on black. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #444 }
.grid { stroke: #ddd } .axis { stroke: #888 }
.alone { stroke: #0b6e8f; fill: #0b6e8f } .together { stroke: #b3541e; fill: #b3541e }
path.line { fill: none; stroke-width: 2 } .bar { stroke-width: 1.5 }
text.alone, text.together { stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #ccc } .grid { stroke: #3a3a3a } .axis { stroke: #888 }
  .alone { stroke: #5cc3e4; fill: #5cc3e4 } .together { stroke: #f0975c; fill: #f0975c }
}`

/** resources/docs/trust.svg: the worst attack's wrong share against the cost without any attack. */
export function trustPlot(figures: readonly Figures[]): string {
  const parts = [
    `<style>${STYLE}\n</style>`,
    ...axes(),
    ...series(figures, false),
    ...series(figures, true),
    ...names(figures),
    ...legend(),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>Wrong results accepted under the worst attack by ${100 * FORGERS} % of the donors, against extra executions per unit</title>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function axes(): string[] {
  const lines: string[] = []
  for (let power = Math.ceil(X.from); power <= X.to; power++) {
    const x = acrossAt(10 ** power)
    lines.push(
      line('grid', x, AREA.top, x, AREA.bottom),
      text(x, AREA.bottom + 20, `+${100 * 10 ** power} %`, 'middle'),
    )
  }
  for (let power = Y.from; power <= Y.to; power++) {
    const y = downAt(10 ** power)
    lines.push(line('grid', AREA.left, y, AREA.right, y), text(AREA.left - 8, y + 4, `1e${power}`, 'end'))
  }
  const middle = (AREA.left + AREA.right) / 2
  return [
    ...lines,
    line('axis', AREA.left, AREA.bottom, AREA.right, AREA.bottom),
    line('axis', AREA.left, AREA.top, AREA.left, AREA.bottom),
    text(middle, HEIGHT - 14, 'executions beyond one per unit, without an attack', 'middle'),
    `<text transform="translate(18 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">wrong share, worst attack</text>`,
  ]
}

function series(figures: readonly Figures[], together: boolean): string[] {
  const name = together ? 'together' : 'alone'
  const places = TRUST.map((scheme) => placeOf(figures, scheme, together))
  const path = places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('')
  const others = [BOINC, QUORUM].map((scheme) => placeOf(figures, scheme, together))
  return [
    `<path class="line ${name}" d="${path}"/>`,
    ...[...places, ...others].flatMap(({ x, y, low, high }) => [
      `<circle class="${name}" cx="${at(x)}" cy="${at(y)}" r="4"/>`,
      line(`bar ${name}`, x, downAt(high), x, downAt(low)),
    ]),
  ]
}

function names(figures: readonly Figures[]): string[] {
  const above = (scheme: Scheme, label: string): string => {
    const places = [false, true].map((together) => placeOf(figures, scheme, together))
    const [first] = places
    return first ? text(first.x, Math.min(...places.map(({ y }) => y)) - 12, label, 'middle') : ''
  }
  return [
    ...TRUST.map((scheme) => above(scheme, `c = ${scheme.policy?.provenPerAdvance ?? ''}`)),
    above(BOINC, 'BOINC'),
    above(QUORUM, 'quorum 2'),
  ]
}

function legend(): string[] {
  const left = AREA.left + 16
  return [
    `<text class="alone" x="${left}" y="${AREA.bottom - 34}">● forgers, each alone</text>`,
    `<text class="together" x="${left}" y="${AREA.bottom - 14}">● forgers, all together</text>`,
  ]
}

interface Place {
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
}

/** A point without any wrong result stands at its upper bound. */
function placeOf(figures: readonly Figures[], scheme: Scheme, together: boolean): Place {
  const { wrongShare } = worst(figures, scheme, together)
  const extra = figuresFor(figures, cellOf(scheme, NO_ATTACK)).executionsPerUnit.mean - 1
  const shown = wrongShare.mean === 0 ? wrongShare.high : wrongShare.mean
  return { x: acrossAt(extra), y: downAt(shown), low: wrongShare.low, high: wrongShare.high }
}

function acrossAt(value: number): number {
  const part = (Math.log10(value) - X.from) / (X.to - X.from)
  return AREA.left + clamp(part) * (AREA.right - AREA.left)
}
function downAt(value: number): number {
  const part = (Math.log10(Math.max(value, Number.MIN_VALUE)) - Y.from) / (Y.to - Y.from)
  return AREA.bottom - clamp(part) * (AREA.bottom - AREA.top)
}

const clamp = (part: number): number => Math.min(1, Math.max(0, part))
const at = (value: number): string => value.toFixed(1)
const line = (name: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="${name}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`
const text = (x: number, y: number, label: string, anchor: string): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${label}</text>`
