import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootDir } from '../setup/paths.mjs'

/** What the demo publishes: unit n tests the prime exponents from 50·n to 50·n + 49. */
export const work = { units: 90, exponentsPerUnit: 50 }

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

/** The published exponents in the range that the demo covers. */
export function publishedExponents() {
  const path = join(rootDir, 'resources/demo/mersenne/known-exponents.json')
  const { exponents } = JSON.parse(readFileSync(path, 'utf8'))
  return exponents.filter((/** @type {number} */ p) => p < work.units * work.exponentsPerUnit)
}
