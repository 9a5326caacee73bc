import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../../../src-renderer/lib/styles/tokens.css', import.meta.url), 'utf8')
const screensaverCss = readFileSync(
  new URL('../../../../src-renderer/screensaver/screensaver.css', import.meta.url),
  'utf8',
)

function colours(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, hex]) => [name!, hex!]),
  )
}

/** Relative luminance of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

const [lightCss = '', darkCss = ''] = css.split('@media (prefers-color-scheme: dark)')
const light = colours(lightCss)
const dark = { ...light, ...colours(darkCss) }

const TEXT: readonly (readonly [string, string])[] = [
  ...['ink', 'ink-soft', 'ink-faint'].flatMap((ink) =>
    ['paper', 'surface'].map((ground) => [ink, ground] as const),
  ),
  ['ink-soft', 'sunken'],
  ['accent', 'accent-soft'],
  ['on-accent', 'accent'],
  ['warn', 'warn-soft'],
  ['warn', 'paper'],
  ['danger', 'danger-soft'],
  ['danger', 'paper'],
]
const SHAPES = [
  ['accent', 'sunken'],
  ['edge', 'paper'],
  ['edge', 'surface'],
] as const

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_name, palette) => {
  it.each(TEXT)('text %s on %s can be read', (ink, ground) => {
    expect(contrast(palette[ink]!, palette[ground]!)).toBeGreaterThanOrEqual(4.5)
  })
  it.each(SHAPES)('shape %s on %s can be told apart', (shape, ground) => {
    expect(contrast(palette[shape]!, palette[ground]!)).toBeGreaterThanOrEqual(3)
  })
})

it('the screensaver’s words can be read', () => {
  const palette = colours(screensaverCss)
  for (const ink of ['ink', 'ink-soft', 'ink-faint'])
    expect(contrast(palette[ink]!, palette['paper']!)).toBeGreaterThanOrEqual(4.5)
})
