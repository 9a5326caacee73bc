import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command-line.mjs'
import { foundExponents, publishedExponents, work } from './mersenne.mjs'
import { credits } from './progress.mjs'

/**
 * Writes the project's result files and reads them back.
 * @param {string} home the publisher's data folder
 * @param {string} dir where the files go
 * @returns {Promise<{ found: number[], files: number }>}
 */
export async function collectResults(home, dir) {
  await runCommand(home, 'results', '--out', dir)
  const lines = readFileSync(join(dir, 'index.jsonl'), 'utf8').trim().split('\n')
  const outputs = lines.map((line) => readFileSync(join(dir, JSON.parse(line).file), 'utf8'))
  return { found: foundExponents(outputs), files: outputs.length }
}

/**
 * Prints the summary.
 * @param {{ results: { found: number[], files: number }, publisher: any, donors: any[],
 *   shot?: { path: string, countedFuel: string } }} outcome
 * @returns {string | undefined} what does not agree; undefined when everything does
 */
export function summarise({ results, publisher, donors, shot }) {
  const published = publishedExponents()
  const ledgerFuel = BigInt(publisher.ledger.fuel)
  const donorsFuel = donors.reduce((sum, donor) => sum + BigInt(donor.credit.counted), 0n)
  const same = results.found.join() === published.join()
  console.log('')
  console.log(`Units verified: ${results.files} of ${work.units}, each by two donors`)
  console.log(`Mersenne exponents found: ${results.found.join(', ')}`)
  console.log(`Published list (OEIS A000043) for the range: ${same ? 'the same' : published.join(', ')}`)
  console.log(
    `Ledger: ${ledgerFuel} fuel in ${publisher.ledger.records} records (${credits(publisher.ledger.fuel)} credits)`,
  )
  for (const [i, donor] of donors.entries())
    console.log(`Donor ${i + 1}: ${donor.credit.counted} fuel counted`)
  if (shot) console.log(`Tray window shows ${shot.countedFuel} fuel: ${shot.path}`)
  if (results.files !== work.units) return `${results.files} result files instead of ${work.units}`
  if (!same) return 'the exponents found differ from the published list'
  if (ledgerFuel !== donorsFuel) return `the ledger grants ${ledgerFuel} fuel, the donors count ${donorsFuel}`
  if (shot && shot.countedFuel !== donors[0].credit.counted)
    return `the window shows ${shot.countedFuel} fuel, the ledger grants ${donors[0].credit.counted}`
  return undefined
}
