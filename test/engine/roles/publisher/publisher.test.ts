import { describe, expect, it } from 'vitest'
import type { SubmittedResult } from '../../../../src-main/contracts/wire/messages.ts'
import { unitText, type DonorKey, type UnitId } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { CopyRow, SealedRecord, UnitStore } from '../../../../src-main/engine/ports.ts'
import { ledgerOf } from '../../../support/fake-publisher-cores.ts'
import {
  Project,
  addWork,
  forged,
  honest,
  lease,
  remote,
  submit,
  type Rig,
} from '../../../support/publisher-rig.ts'
import { donorKey, hex } from '../../../support/publisher-store.ts'

const A = donorKey(1)
const B = donorKey(2)
const C = donorKey(3)
const ANY_RECORD = { at: 1, fuel: 1n, cumulativeFuel: 1n, unitsRoot: hex(1) }

function hostFailure(unit: UnitId): SubmittedResult {
  return { ...honest(unit), outcome: 'host-failure', stdout: new Uint8Array() }
}

/** What a donor is told of units that earned nothing. */
function ended({ publisher }: Rig, donor: DonorKey): object {
  const { rejected, uncounted } = publisher.donorHandlers.grants(remote(donor), { fromSequence: 0 })
  return { rejected, uncounted }
}

describe('verification by quorum', () => {
  it('grants both donors once when they agree, and the ledger says so', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 4)
    const [unitsA, unitsB] = [await lease(rig, A), await lease(rig, B)]
    expect(unitsA.map(unitText).sort()).toEqual(['0.0', '0.1', '0.2', '0.3'])
    expect(unitsB.map(unitText).sort()).toEqual(['0.0', '0.1', '0.2', '0.3'])
    expect(await submit(rig, A, unitsA.map(honest))).toEqual(Array(4).fill('pending'))
    expect(await submit(rig, B, unitsB.map(honest))).toEqual(Array(4).fill('verified'))
    await rig.timers.fire()

    const ledger = ledgerOf(project.bytes)
    const fuel = 10n + 11n + 12n + 13n
    expect(
      ledger.map((record) => [record.donorKey, record.units, record.fuel, record.cumulativeFuel]),
    ).toEqual([
      [A, 4, fuel, fuel],
      [B, 4, fuel, fuel],
    ])
    expect(rig.network.granted).toEqual([[A, B]])
    expect(rig.publisher.status).toMatchObject({
      donorsGranted: 2,
      batches: [{ units: 4, unsent: 0, leased: 0, pending: 0, verified: 4 }],
      ledger: { records: 2, grants: 8, fuel: 2n * fuel },
    })
  })

  it('asks a third donor when two disagree; the liar earns nothing and is told', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    expect(await lease(rig, C)).toEqual([])
    await submit(
      rig,
      A,
      units.map((unit) => forged(unit)),
    )
    expect(await submit(rig, B, units.map(honest))).toEqual(['pending'])
    expect(await lease(rig, C)).toEqual(units)
    expect(await submit(rig, C, units.map(honest))).toEqual(['verified'])
    await rig.timers.fire()

    expect([...rig.store.grants()].map((grant) => grant.donorKey).sort()).toEqual([B, C])
    expect(rig.publisher.donorHandlers.grants(remote(A), { fromSequence: 0 })).toEqual({
      grants: [],
      more: false,
      rejected: units,
      uncounted: [],
    })
    expect(await submit(rig, A, units.map(honest))).toEqual(['rejected'])
    const page = await rig.publisher.handlers.results({ cursor: '', limit: 10 })
    expect(page.units.map(({ stdout, donors }) => [new TextDecoder().decode(stdout), donors])).toEqual([
      ['unit 0', [B, C]],
    ])
  })

  it('calls a unit inconclusive when all copies are used up, and tells every donor', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    for (let n = 1; n <= LIMITS.copiesMax; n++) {
      const units = await lease(rig, donorKey(n))
      expect(units).toHaveLength(1)
      const standing = await submit(rig, donorKey(n), [forged(units[0]!, `lie ${n}`)])
      expect(standing).toEqual([n === LIMITS.copiesMax ? 'uncounted' : 'pending'])
    }
    expect(rig.publisher.status.batches[0]).toMatchObject({ inconclusive: 1, pending: 0 })
    expect(await lease(rig, donorKey(99))).toEqual([])
    expect(ended(rig, A)).toEqual({ rejected: [], uncounted: [{ batch: 0, index: 0 }] })
    expect(rig.store.donor(A)).toEqual({ leased: 0, verified: 0, rejected: 0 })
    expect(rig.store.votes({ batch: 0, index: 0 })).toEqual([])
  })

  it('blames nobody for a unit that is suspended, before or after', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1, 3)
    const [voter, late, ...failing] = [1, 2, 3, 4, 5].map(donorKey)
    const [unit] = await lease(rig, voter!)
    expect(await lease(rig, late!)).toEqual([unit])
    expect(await submit(rig, voter!, [honest(unit!)])).toEqual(['pending'])
    for (const donor of failing) {
      if ((await lease(rig, donor)).length === 0) project.now += LIMITS.leaseMs
      await lease(rig, donor)
      expect(await submit(rig, donor, [hostFailure(unit!)])).toEqual(['noted'])
    }
    expect(rig.publisher.status.batches[0]).toMatchObject({ suspended: 1 })
    expect(await submit(rig, voter!, [honest(unit!)])).toEqual(['uncounted'])
    expect(await submit(rig, late!, [honest(unit!)])).toEqual(['uncounted'])
    for (const donor of [voter!, late!]) {
      expect(ended(rig, donor)).toEqual({ rejected: [], uncounted: [unit] })
      expect(rig.store.donor(donor)).toEqual({ leased: 0, verified: 0, rejected: 0 })
    }
  })

  it('suspends a unit that failed on three machines', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    for (const donor of [A, B, C]) {
      const [unit] = await lease(rig, donor)
      expect(await submit(rig, donor, [hostFailure(unit!)])).toEqual(['noted'])
    }
    expect(rig.publisher.status.batches[0]).toMatchObject({ suspended: 1 })
  })

  it('takes a single result where the batch asks for one', async () => {
    const rig = await new Project().start()
    await addWork(rig, 2, 1)
    const units = await lease(rig, A)
    expect(await submit(rig, A, units.map(honest))).toEqual(['verified', 'verified'])
  })

  it('compares and keeps no output of a unit that did not end ok', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    const [unit] = await lease(rig, A)
    await lease(rig, B)
    const exit = { ...forged(unit!, 'a lie in the output'), outcome: 'exit-nonzero' as const, exitCode: 3 }
    await submit(rig, A, [exit])
    expect(await submit(rig, B, [{ ...exit, stdout: new Uint8Array() }])).toEqual(['verified'])
    const { units } = await rig.publisher.handlers.results({ cursor: '', limit: 1 })
    expect(units[0]).toMatchObject({ outcome: 'exit-nonzero', exitCode: 3, stdout: new Uint8Array() })
  })

  it('rejects what no run of the unit can have produced', async () => {
    const rig = await new Project().start()
    await addWork(rig, 2)
    const [first, second] = await lease(rig, A)
    const results = [{ ...honest(first!), fuel: 2n ** 64n - 1n }, forged(second!, 'x'.repeat(65))]
    expect(await submit(rig, A, results)).toEqual(['rejected', 'rejected'])
    expect(await lease(rig, B)).toHaveLength(2)
    expect(await lease(rig, C)).toHaveLength(2)
  })
})

describe('leases', () => {
  it('never give one donor two copies of a unit', async () => {
    const rig = await new Project().start()
    await addWork(rig, 6)
    const had = [...(await lease(rig, A, 4)), ...(await lease(rig, A, 4))]
    expect(had.map(unitText).sort()).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5'])
    await submit(rig, A, had.map(honest))
    expect(await lease(rig, A)).toEqual([])
  })

  it('that ran out go to another donor, and a late result still counts', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    project.now += LIMITS.leaseMs - 1
    expect(await lease(rig, C)).toEqual([])
    project.now += 1
    expect(await lease(rig, C)).toEqual(units)
    await submit(rig, C, units.map(honest))
    expect(await submit(rig, A, units.map(honest))).toEqual(['verified'])
    expect(rig.store.donor(A)).toEqual({ leased: 0, verified: 1, rejected: 0 })
  })

  it('that ran out may be renewed by the same donor', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    project.now += LIMITS.leaseMs
    expect(await lease(rig, A)).toEqual(units)
    expect(rig.store.donor(A).leased).toBe(1)
  })

  it('answered after the quorum earn only for a donor that held one and agrees', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 2)
    const units = await lease(rig, A)
    project.now += LIMITS.leaseMs
    for (const donor of [B, C]) await lease(rig, donor)
    for (const donor of [B, C]) await submit(rig, donor, units.map(honest))
    const [agreed, disagreed] = units
    expect(await submit(rig, A, [honest(agreed!), forged(disagreed!)])).toEqual(['verified', 'rejected'])
    expect(await submit(rig, donorKey(4), units.map(honest))).toEqual(['refused', 'refused'])
    expect([...rig.store.grants()].filter((grant) => grant.donorKey === A)).toHaveLength(1)
  })

  it('start small for a new key and grow with verified results', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1000, 1)
    const units = await lease(rig, A, 256)
    expect(units).toHaveLength(16)
    expect(await lease(rig, A, 256)).toEqual(units)
    await submit(rig, A, units.map(honest))
    expect((await lease(rig, A, 256)).length).toBe(80)
  })

  it('that a donor has lost are told again to the machine that had them, and to no other', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 5)
    const units = await lease(rig, A)
    expect(units).toHaveLength(5)
    expect(await lease(rig, A, 100, { device: 1 })).toEqual([])
    expect(await lease(rig, A, 2)).toEqual(units)
    const again = await project.start()
    expect(await lease(again, A)).toEqual(units)
    expect(again.store.donor(A).leased).toBe(5)
  })

  it('are told again only while they run and where there is nothing new', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 4)
    const first = await lease(rig, A, 2)
    project.now += 1000
    const second = await lease(rig, A, 1)
    expect(second.map(unitText)).not.toContain(unitText(first[0]!))
    await submit(rig, A, first.slice(0, 1).map(honest))
    for (const donor of [B, C]) await lease(rig, donor)
    const answer = await rig.publisher.donorHandlers.lease(remote(A), { units: 9, fuelCapacity: 0n })
    expect(answer.units).toEqual([first[1], second[0]])
    expect(answer.expiresAt).toBe(1_000_000 + LIMITS.leaseMs)
    project.now = answer.expiresAt
    // The older lease has run out: it is handed out anew, which is news.
    expect(await lease(rig, A)).toEqual([first[1]])
  })

  it('of units that were decided meanwhile are given up instead of told again', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1, 2)
    const units = await lease(rig, A)
    const failing = [B, C, donorKey(4)]
    await lease(rig, B)
    for (const [i, donor] of failing.entries()) {
      if (i > 0) await lease(rig, donor)
      await submit(rig, donor, units.map(hostFailure))
    }
    expect(rig.publisher.status.batches[0]).toMatchObject({ suspended: 1 })
    expect(await lease(rig, A)).toEqual([])
    expect(rig.store.donor(A).leased).toBe(0)
  })

  it('are answered in bounded submits only', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    const tooMany = Array.from({ length: LIMITS.submitResults + 1 }, () => honest({ batch: 0, index: 0 }))
    await expect(submit(rig, A, tooMany)).rejects.toMatchObject({ code: 'limit-exceeded' })
  })
})

describe('submits', () => {
  it('sent again change nothing and learn how the result stands', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    expect(await submit(rig, A, [...units, ...units].map(honest))).toEqual(['pending', 'pending'])
    expect(
      await submit(
        rig,
        A,
        units.map((unit) => forged(unit)),
      ),
    ).toEqual(['pending'])
    await submit(rig, B, units.map(honest))
    for (let again = 0; again < 3; again++)
      expect(await submit(rig, A, units.map(honest))).toEqual(['verified'])
    await rig.timers.fire()
    expect(ledgerOf(project.bytes).map(({ units: count }) => count)).toEqual([1, 1])
  })

  it('without a lease are refused', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    expect(await submit(rig, A, [honest({ batch: 0, index: 0 })])).toEqual(['refused'])
    expect(await submit(rig, A, [honest({ batch: 7, index: 0 })])).toEqual(['refused'])
    expect(await submit(rig, A, [honest({ batch: 0, index: 99 })])).toEqual(['refused'])
  })

  it('arriving together share one transaction', async () => {
    let commits = 0
    const counting = <T extends object>(part: T): T =>
      'transact' in part
        ? {
            ...part,
            transact: (work: () => unknown) => {
              commits += 1
              return (part.transact as (work: () => unknown) => unknown)(work)
            },
          }
        : part
    const rig = await new Project().start({ wrap: counting })
    await addWork(rig, 2)
    const [a, b] = await Promise.all([lease(rig, A), lease(rig, B)])
    commits = 0
    await Promise.all([submit(rig, A, a.map(honest)), submit(rig, B, b.map(honest))])
    expect(commits).toBe(1)
  })

  it('that share a transaction with one that cannot be stored count once', async () => {
    let fullFor = ''
    const wrap = <T extends object>(part: T): T =>
      'saveCopy' in part
        ? {
            ...part,
            saveCopy: (before: CopyRow | undefined, after: CopyRow) => {
              if (after.donorKey === fullFor) throw new Error('disk full')
              ;(part.saveCopy as UnitStore['saveCopy'])(before, after)
            },
          }
        : part
    const rig = await new Project().start({ wrap })
    await addWork(rig, 40, 1)
    const [cheap, dear] = await lease(rig, A, 2)
    const other = await lease(rig, B, 1)
    await submit(rig, A, [{ ...honest(cheap!), fuel: 10n }])
    fullFor = B
    const together = [submit(rig, A, [{ ...honest(dear!), fuel: 330n }]), submit(rig, B, other.map(honest))]
    expect((await Promise.allSettled(together)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
    ])
    // The mean is 10 + (330 - 10) / 32 = 20; counted twice it would be 29.
    expect(await lease(rig, C, 16, { fuelCapacity: 100n })).toHaveLength(6)
  })

  it('are answered busy when they cannot be stored, and nothing is lost', async () => {
    let full = false
    const wrap = <T extends object>(part: T): T =>
      'addOutput' in part
        ? {
            ...part,
            addOutput: (row: unknown) => {
              if (full) throw new Error('disk full')
              ;(part.addOutput as (row: unknown) => void)(row)
            },
          }
        : part
    const rig = await new Project().start({ wrap })
    await addWork(rig, 1)
    const units = await lease(rig, A)
    full = true
    await expect(submit(rig, A, units.map(honest))).rejects.toMatchObject({ code: 'busy' })
    full = false
    expect(await submit(rig, A, units.map(honest))).toEqual(['pending'])
  })
})

describe('grants', () => {
  it('are announced with the units of each record, from any sequence on', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 2, 1)
    for (let round = 0; round < 2; round++) {
      await submit(rig, A, (await lease(rig, A, 1)).map(honest))
      await rig.timers.fire()
    }
    const ask = (fromSequence: number) =>
      rig.publisher.donorHandlers.grants(remote(A), { fromSequence }).grants
    expect(ask(0)).toEqual([
      { sequence: 0, epoch: 0, index: 0, units: [{ batch: 0, index: 0 }] },
      { sequence: 1, epoch: 0, index: 1, units: [{ batch: 0, index: 1 }] },
    ])
    expect(ask(1)).toHaveLength(1)
    expect(ask(2)).toEqual([])
  })

  it('cost what one answer holds, however many records there are', async () => {
    let read = 0
    const wrap = <T extends object>(part: T): T =>
      'sealedRecord' in part
        ? {
            ...part,
            sealedRecord: (donor: DonorKey, sequence: number): SealedRecord => ({
              // Of an earlier ledger: all of it is visible.
              epoch: -1,
              index: sequence,
              record: { ...ANY_RECORD, sequence, donorKey: donor, units: LIMITS.grantUnits / 4 },
              firstGrant: 1,
              lastGrant: 2,
            }),
            sealedUnits: () => {
              read += LIMITS.grantUnits / 4
              return [{ batch: 0, index: 0 }]
            },
          }
        : part
    const rig = await new Project().start({ wrap })
    const answer = rig.publisher.donorHandlers.grants(remote(A), { fromSequence: 0 })
    expect({ more: answer.more, records: answer.grants.length }).toEqual({ more: true, records: 4 })
    expect(read).toBe(LIMITS.grantUnits)
  })
})

describe('results', () => {
  it('come in pages in the order of verification, each once', async () => {
    const rig = await new Project().start()
    await addWork(rig, 5, 1)
    const units = await lease(rig, A)
    for (const unit of [...units].reverse()) await submit(rig, A, [honest(unit)])
    const seen: number[] = []
    let cursor = ''
    for (let more = true; more;) {
      const page = await rig.publisher.handlers.results({ cursor, limit: 2 })
      seen.push(...page.units.map(({ n }) => n))
      ;({ cursor, more } = page)
    }
    expect(seen).toEqual([104, 103, 102, 101, 100])
    expect(await rig.publisher.handlers.results({ cursor, limit: 2 })).toEqual({
      units: [],
      cursor,
      more: false,
    })
    await expect(rig.publisher.handlers.results({ cursor: 'x', limit: 2 })).rejects.toThrow(/cursor/)
  })
})
