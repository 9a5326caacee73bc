import { unitText, type UnitId } from '../../../src-main/domain/ids.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { donorPaths } from '../../../src-main/engine/data-folder.ts'
import type { StoredResultState } from '../../../src-main/engine/ports.ts'
import type { CommandSwarm } from '../command-swarm.ts'
import { donorView, publisherView } from '../credit-views.ts'

export interface Accounts {
  /** Pairs of unit and donor that were granted. */
  readonly grants: number
  /** Results that were acknowledged and earned nothing because the machine failed on the unit. */
  readonly uncounted: number
}

/**
 * Compares the sets of (unit, donor): granted in the publisher's SQLite, on its ledger, in the donors' views, and
 * acknowledged by the publisher as the donors have it. Rejects with the first difference. Nothing may run.
 */
export async function differences(
  swarm: CommandSwarm,
  donors: readonly string[],
  units: number,
): Promise<Accounts> {
  const { projectKey, grants, onLedger, ledgerFuel } = await publisherView(swarm.projectDir)
  same('grants, each once', grants, [...new Set(grants)])
  same('ledger and database', onLedger, grants)
  const of = (unit: string): string => unit.slice(0, unit.indexOf(' '))
  const granted = new Map<string, number>()
  for (const grant of grants) granted.set(of(grant), (granted.get(of(grant)) ?? 0) + 1)
  const all = Array.from({ length: units }, (_, index) => ({ batch: 0, index }))
  for (const unit of all)
    if ((granted.get(unitText(unit)) ?? 0) < 2)
      throw new Error(`unit ${unitText(unit)} was not granted twice`)

  const held: string[] = []
  let fuel = 0n
  let uncounted = 0
  for (const name of donors) {
    const view = donorView(swarm.home(name), projectKey)
    same(`units that ${name} was granted, each once`, view.units, [...new Set(view.units)])
    const states = statesOf(swarm.home(name), projectKey, all)
    const acknowledged = [...states].filter(([, state]) => state !== 'uncounted')
    same(`acknowledged and granted at ${name}`, acknowledged.map(([unit]) => unit).sort(), view.units)
    for (const [unit, state] of acknowledged)
      if (state !== 'verified') throw new Error(`${name} has unit ${unit} as ${state}`)
    uncounted += states.size - acknowledged.length
    held.push(...view.units)
    fuel += view.fuel
  }
  same('ledger and donors', held.sort(), grants.map(of).sort())
  if (fuel !== ledgerFuel)
    throw new Error(`donors hold ${String(fuel)} fuel, the ledger grants ${String(ledgerFuel)}`)
  return { grants: grants.length, uncounted }
}

type ProjectKey = Awaited<ReturnType<typeof publisherView>>['projectKey']

/** How this donor's results stand; units without a result are not in it. */
function statesOf(
  home: string,
  projectKey: ProjectKey,
  units: readonly UnitId[],
): Map<string, StoredResultState> {
  const store = openDonorStore(donorPaths(home).databasePath, { log: () => undefined })
  try {
    const states = new Map<string, StoredResultState>()
    for (const unit of units) {
      const state = store.result(projectKey, unit)?.state
      if (state !== undefined) states.set(unitText(unit), state)
    }
    return states
  } finally {
    store.close()
  }
}

function same(what: string, some: readonly string[], others: readonly string[]): void {
  const have = new Set(some)
  const want = new Set(others)
  const more = some.filter((each) => !want.has(each))
  const fewer = others.filter((each) => !have.has(each))
  if (more.length + fewer.length > 0 || some.length !== others.length)
    throw new Error(
      `${what} differ: ${String(some.length)} and ${String(others.length)}, ` +
        `only here ${more.slice(0, 3).join(', ')}; only there ${fewer.slice(0, 3).join(', ')}`,
    )
}
