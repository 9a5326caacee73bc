import { unitText, type DonorKey, type ProjectKey } from '../../src-main/domain/ids.ts'
import { openPublisherCores } from '../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { openDonorStore } from '../../src-main/engine/adapters/sqlite/donor-store.ts'
import { openPublisherStore } from '../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { donorPaths, publisherPaths } from '../../src-main/engine/data-folder.ts'
import { readKey } from '../../src-main/engine/keys-file.ts'

/** What a publisher that does not run holds on disk. Grants are texts `unit donor`, sorted. */
export interface PublisherView {
  readonly projectKey: ProjectKey
  /** As the database has them. */
  readonly grants: readonly string[]
  /** As the ledger's records grant them. */
  readonly onLedger: readonly string[]
  readonly ledgerFuel: bigint
}

/** @param projectDir the project's folder, for instance `<home>/publisher/p` */
export async function publisherView(projectDir: string): Promise<PublisherView> {
  const paths = publisherPaths(projectDir)
  const seed = readKey(paths.keyPath)
  if (seed === undefined) throw new Error(`there is no project in ${projectDir}`)
  const store = openPublisherStore(paths.databasePath)
  const cores = await openPublisherCores({
    dir: paths.coresDir,
    seed,
    journal: store,
    epoch: store.ledgerEpoch(),
  })
  try {
    const onLedger: string[] = []
    let ledgerFuel = 0n
    for await (const { record } of cores.ledgerRecords()) {
      const donorKey = record.donorKey as DonorKey
      const sealed = store.sealedRecord(donorKey, record.sequence)
      if (sealed?.record.unitsRoot !== record.unitsRoot) throw new Error('the ledger has a record of its own')
      onLedger.push(...store.sealedUnits(sealed).map((unit) => `${unitText(unit)} ${donorKey}`))
      ledgerFuel += record.fuel
    }
    const grants = [...store.grants()].map(({ unit, donorKey }) => `${unitText(unit)} ${donorKey}`)
    return { projectKey: cores.projectKey, grants: grants.sort(), onLedger: onLedger.sort(), ledgerFuel }
  } finally {
    await cores.close()
    store.close()
  }
}

/** What a donor that does not run was granted: units as texts, sorted. */
export function donorView(home: string, projectKey: ProjectKey): { units: readonly string[]; fuel: bigint } {
  const store = openDonorStore(donorPaths(home).databasePath, { log: () => undefined })
  try {
    return {
      units: [...store.grantedUnits(projectKey)].map(unitText).sort(),
      fuel: store.granted(projectKey).cumulativeFuel,
    }
  } finally {
    store.close()
  }
}
