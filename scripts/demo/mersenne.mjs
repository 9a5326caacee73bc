import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootDir } from '../setup/paths.mjs'

const folder = join(rootDir, 'resources/demo/mersenne')

/**
 * The project that the demo publishes, as its app says.
 * @type {{ name: string, title: string, purpose: string, argTemplate: string[], memoryLimitBytes: number,
 *   maxFuel: number, quorum: number, range: { from: number, to: number }, truth: string }}
 */
export const project = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8'))

/** Unit n tests the prime exponents from n · exponentsPerUnit on. */
export const work = {
  units: project.range.to - project.range.from + 1,
  exponentsPerUnit: Number(project.argTemplate[1]),
}

/**
 * Reads the verified units' output: lines `M<p> prime` and `M<p> composite <residue>`.
 * @param {string[]} outputs one per unit
 * @returns {number[]} exponents of the primes found, ascending
 */
export function foundExponents(outputs) {
  const lines = outputs.flatMap((output) => output.split('\n'))
  return lines
    .flatMap((line) => /^M(\d+) prime$/.exec(line)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/**
 * The published exponents in the range that the demo covers.
 * @returns {number[]}
 */
export function publishedExponents() {
  const { exponents } = JSON.parse(readFileSync(join(folder, project.truth), 'utf8'))
  const first = project.range.from * work.exponentsPerUnit
  const end = (project.range.to + 1) * work.exponentsPerUnit
  return exponents.filter((/** @type {number} */ p) => p >= first && p < end)
}
