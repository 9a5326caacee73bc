import { compareUnits, type DonorKey } from '../../../src-main/domain/ids.ts'
import { createDigests } from '../../../src-main/engine/adapters/hyper/digests.ts'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { publisherPaths } from '../../../src-main/engine/data-folder.ts'
import { readKey } from '../../../src-main/engine/keys-file.ts'
import type { PublisherStore } from '../../../src-main/engine/ports.ts'
import type { Acknowledged } from './slim-donor.ts'
import { fuelOf, isWrong, outputOf, type Misbehaviour } from './work.ts'

export interface CheckedLedger {
  readonly verifiedUnits: number
  /** Acknowledged results that wait for another donor's. */
  readonly undecided: number
  readonly granted: number
  readonly wrong: number
  readonly grantedFuel: bigint
}

const PAGE = 1_000
/** Donors that a pair's number has room for. */
const DONORS = 2 ** 16

/**
 * Holds what donors were told against the ledger of a publisher that does not run: every honest result of a verified
 * unit is granted there exactly once, nothing else is, outputs are those of honest donors, and the sums agree.
 * Throws and says what does not fit.
 */
export async function checkLedger(
  dir: string,
  acknowledged: readonly Acknowledged[],
  behaviour: Misbehaviour,
): Promise<CheckedLedger> {
  const paths = publisherPaths(dir)
  const seed = readKey(paths.keyPath)
  if (seed === undefined) throw new Error(`there is no project in ${dir}`)
  const store = openPublisherStore(paths.databasePath)
  const cores = await openPublisherCores({ dir: paths.coresDir, seed, journal: store })
  try {
    const verified = verifiedUnits(store)
    const numbers = new Map(acknowledged.map(({ donorKey, donor }) => [donorKey, donor]))
    const { pairs: onLedger, fuel } = await ledgerPairs(cores, store, numbers)
    const decided = new Set<number>()
    for (const { unit, donorKey } of store.grants()) decided.add(pair(unit.index, numbers.get(donorKey)))
    expectEqual('grants of the database and the ledger', onLedger, decided)
    const { totals, expected, undecided, wrong } = expectedPairs(acknowledged, verified, behaviour)
    expectEqual('acknowledged results and grants', expected, onLedger)
    if (totals !== fuel) throw new Error(`the ledger grants ${fuel} fuel, not ${totals}`)
    return { verifiedUnits: verified.size, undecided, granted: onLedger.size, wrong, grantedFuel: fuel }
  } finally {
    await cores.close()
    store.close()
  }
}

/** Indexes of verified units; throws where an output is not the honest one or too few donors vouch for it. */
function verifiedUnits(store: PublisherStore): Set<number> {
  const verified = new Set<number>()
  for (let cursor = 0; ;) {
    const rows = store.verifiedAfter(cursor, PAGE)
    for (const { unit, output, donors } of rows) {
      if (verified.has(unit.index)) throw new Error(`unit ${unit.index} is verified twice`)
      if (donors.length < 2) throw new Error(`unit ${unit.index} is verified by ${donors.length} donors`)
      if (Buffer.compare(output.stdout, outputOf(unit)) !== 0)
        throw new Error(`unit ${unit.index} is verified with a wrong output`)
      verified.add(unit.index)
    }
    const last = rows.at(-1)
    if (!last) return verified
    cursor = last.cursor
  }
}

async function ledgerPairs(
  cores: HyperPublisherCores,
  store: PublisherStore,
  numbers: ReadonlyMap<DonorKey, number>,
): Promise<{ readonly pairs: Set<number>; readonly fuel: bigint }> {
  const digests = createDigests()
  const pairs = new Set<number>()
  const cumulative = new Map<string, bigint>()
  for await (const { index, record } of cores.ledgerRecords()) {
    const donorKey = record.donorKey as DonorKey
    const sealed = store.sealedRecord(donorKey, record.sequence)
    if (sealed?.index !== index) throw new Error(`block ${index} of the ledger is not in the database`)
    const units = [...store.sealedUnits(sealed)].sort(compareUnits)
    if (digests.unitsRoot(units) !== record.unitsRoot || units.length !== record.units)
      throw new Error(`block ${index} of the ledger names other units than the database`)
    const total = (cumulative.get(donorKey) ?? 0n) + record.fuel
    if (total !== record.cumulativeFuel) throw new Error(`block ${index} has a wrong total`)
    cumulative.set(donorKey, total)
    for (const unit of units) {
      const key = pair(unit.index, numbers.get(donorKey))
      if (pairs.has(key)) throw new Error(`unit ${unit.index} is granted twice to ${donorKey}`)
      pairs.add(key)
    }
  }
  return { pairs, fuel: [...cumulative.values()].reduce((sum, fuel) => sum + fuel, 0n) }
}

function expectedPairs(
  acknowledged: readonly Acknowledged[],
  verified: ReadonlySet<number>,
  behaviour: Misbehaviour,
) {
  const expected = new Set<number>()
  let [totals, undecided, wrong] = [0n, 0, 0]
  for (const { donor, units } of acknowledged)
    for (const index of Object.values(units).flatMap((indexes) => [...indexes])) {
      const unit = { batch: 0, index }
      if (isWrong(unit, donor, behaviour)) wrong += 1
      else if (!verified.has(index)) undecided += 1
      else if (!expected.has(pair(index, donor))) {
        expected.add(pair(index, donor))
        totals += fuelOf(unit)
      }
    }
  return { expected, totals, undecided, wrong }
}

function pair(index: number, donor: number | undefined): number {
  if (donor === undefined) throw new Error('somebody was granted credit who did nothing')
  return index * DONORS + donor
}

function expectEqual(what: string, left: ReadonlySet<number>, right: ReadonlySet<number>): void {
  const differing = [...left].filter((each) => !right.has(each))
  differing.push(...[...right].filter((each) => !left.has(each)))
  const [first] = differing
  if (first === undefined) return
  const example = `unit ${Math.floor(first / DONORS)} of donor ${first % DONORS}`
  throw new Error(`${what} differ in ${differing.length}, as in ${example}`)
}
