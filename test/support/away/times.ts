import { bytesToHex, unitText, type DonorKey } from '../../../src-main/domain/ids.ts'
import { createDigests } from '../../../src-main/engine/adapters/hyper/digests.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { donorPaths, publisherPaths } from '../../../src-main/engine/data-folder.ts'
import { readKey } from '../../../src-main/engine/keys-file.ts'
import type { CommandSwarm } from '../command-swarm.ts'
import { publisherView } from '../credit-views.ts'

/** When donors had a unit's results, and the publisher. */
export interface UnitTimes {
  readonly results: readonly {
    readonly finishedAt: number
    /** Undefined when it never reached the publisher. */
    readonly answeredAt: number | undefined
    readonly granted: boolean
  }[]
}

/** Reads those of a batch off the disks of a swarm that does not run. Units without a result that counts have none. */
export async function readTimes(
  swarm: CommandSwarm,
  donors: readonly string[],
  units: number,
  batch = 0,
): Promise<readonly UnitTimes[]> {
  const { projectKey, grants } = await publisherView(swarm.projectDir)
  const granted = new Set(grants)
  const digests = createDigests()
  const publisher = openPublisherStore(publisherPaths(swarm.projectDir).databasePath)
  const opened = donors.map((name) => {
    const paths = donorPaths(swarm.home(name))
    const { publicKey } = digests.donorKeyPair(readKey(paths.donorKeyPath) ?? new Uint8Array(32), projectKey)
    const donorKey = bytesToHex(publicKey) as DonorKey
    return { donorKey, store: openDonorStore(paths.databasePath, { log: () => undefined }) }
  })
  try {
    return Array.from({ length: units }, (_, index) => {
      const unit = { batch, index }
      const results = opened.flatMap(({ donorKey, store }) => {
        const result = store.result(projectKey, unit)
        if (!result || result.state === 'uncounted') return []
        const { answeredAt } = publisher.copy(unit, donorKey) ?? {}
        const isGranted = granted.has(`${unitText(unit)} ${donorKey}`)
        return [{ finishedAt: result.finishedAt, answeredAt, granted: isGranted }]
      })
      return { results }
    })
  } finally {
    publisher.close()
    for (const { store } of opened) store.close()
  }
}
