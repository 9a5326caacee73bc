import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeLedgerRecord } from '../../../src-main/contracts/wire/ledger-record.ts'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import type { CoreJournal } from '../../../src-main/engine/ports.ts'
import { manifest } from '../../support/hyper-net.ts'
import { ledgerRecord } from '../../support/ledger-blocks.ts'
import { memoryJournal } from '../../support/memory-journal.ts'
import { tempDir } from '../../support/temp-dir.ts'

const seed = new Uint8Array(32).fill(5)
const blocks = Array.from({ length: 20 }, (_, i) => encodeLedgerRecord(ledgerRecord(i)))

/** A journal that never forgets, as the publisher's database does not. */
function lastingJournal(): CoreJournal {
  return { ...memoryJournal(), discardBelow: () => undefined }
}

async function open(dir: string, journal: CoreJournal, logged: string[] = []): Promise<HyperPublisherCores> {
  const cores = await openPublisherCores({
    dir,
    seed,
    journal,
    log: (_level, event) => void logged.push(event),
  })
  let closed: Promise<void> | undefined
  const { close } = cores
  cores.close = () => (closed ??= close.call(cores))
  onTestFinished(() => cores.close())
  return cores
}

async function filled(dir: string, journal: CoreJournal): Promise<void> {
  const cores = await open(dir, journal)
  await cores.appendProject([manifest(), { type: 'core', role: 'ledger', epoch: 0, key: cores.ledgerKey }])
  journal.record(cores.ledgerCore, blocks)
  await cores.flushLedger()
  await cores.close()
}

const damages: readonly (readonly [string, RegExp, (path: string) => void])[] = [
  ['a manifest cut short', /^MANIFEST/, (path) => truncateSync(path, 10)],
  ['a manifest of other bytes', /^MANIFEST/, (path) => writeFileSync(path, readFileSync(path).reverse())],
  ['a broken pointer', /^CURRENT$/, (path) => writeFileSync(path, 'nowhere')],
  ['a table cut short', /\.sst$/, (path) => truncateSync(path, 100)],
]

describe('a damaged store of a publisher', () => {
  it.each(damages)('is set aside and made again byte for byte: %s', async (_name, file, damage) => {
    const dir = join(tempDir(), 'cores')
    const journal = lastingJournal()
    await filled(dir, journal)
    for (const name of readdirSync(join(dir, 'db'))) if (file.test(name)) damage(join(dir, 'db', name))
    const logged: string[] = []
    const cores = await open(dir, journal, logged)
    expect(logged).toEqual(['cores-set-aside'])
    expect(readdirSync(join(dir, '..'))).toContain('cores.damaged-1')
    expect(await cores.projectRecords()).toHaveLength(2)
    const again: Uint8Array[] = []
    for await (const { record } of cores.ledgerRecords()) again.push(encodeLedgerRecord(record))
    expect(again).toEqual(blocks)
  })

  it('is refused where the journal cannot make it again, and nothing is lost', async () => {
    const dir = join(tempDir(), 'cores')
    const journal = memoryJournal()
    await filled(dir, journal)
    truncateSync(
      join(
        dir,
        'db',
        readdirSync(join(dir, 'db')).find((name) => name.startsWith('MANIFEST'))!,
      ),
      10,
    )
    await expect(open(dir, journal)).rejects.toMatchObject({ code: 'store-behind' })
    expect(readdirSync(join(dir, '..'))).toContain('cores.damaged-1')
  })
})
