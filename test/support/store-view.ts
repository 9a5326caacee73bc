import { unitText, type DonorKey } from '../../src-main/domain/ids.ts'
import type { PublisherStore } from '../../src-main/engine/ports.ts'
import { unitAt } from './publisher-store.ts'

/** Everything that can be asked of a publisher's store about batch 0 and these donors, as plain values. */
export function storeView(store: PublisherStore, units: number, donors: readonly DonorKey[]): unknown {
  const all = Array.from({ length: units }, (_, index) => unitAt(index))
  const search = { from: 0, scan: 100, limit: 100 }
  return {
    counts: store.counts(),
    waiting: store.waiting(1000),
    overdue: store.overdue(500, 100),
    unsealed: store.unsealed(100),
    totals: store.ledgerTotals(),
    revocations: store.revocations(),
    unsealedRevocations: store.unsealedRevocations(100),
    openWindows: [...store.openWindows(500, 100)].sort(),
    disputed: store.disputed(100),
    suspended: store.unitsThat('suspended', 0, -1, 100),
    accounts: store.donorAccounts(0, 100),
    grants: [...store.grants()].map(({ unit, donorKey, fuel }) => [unitText(unit), donorKey, fuel]).sort(),
    verified: store.verifiedAfter(0, 100),
    units: all.map((unit) => ({
      work: store.unit(unit),
      votes: store.votes(unit),
      copies: donors.map((donor) => store.copy(unit, donor)),
      holders: store.holders(unit),
      onTrust: store.onTrust(unit),
      disputants: store.disputants(unit),
      granted: donors.map((donor) => store.isGranted(unit, donor)),
    })),
    donors: donors.map((donorKey) => ({
      counters: store.donor(donorKey),
      trust: store.trust(donorKey),
      banned: store.isBanned(donorKey),
      windows: [0, 1, 2, 3].map((window) =>
        store
          .window(donorKey, window)
          .map(({ unit, drawn }) => [unitText(unit), drawn])
          .sort(),
      ),
      held: store
        .leasedTo(donorKey)
        .map(({ unit }) => unitText(unit))
        .sort(),
      withoutCredit: store.withoutCredit(donorKey, 100),
      last: store.lastRecord(donorKey),
      wanting: [false, true].map((votedOnly) => store.wanting({ ...search, donorKey, votedOnly })),
    })),
  }
}
