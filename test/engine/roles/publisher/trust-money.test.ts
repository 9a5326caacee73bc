import { describe, expect, it } from 'vitest'
import type { DonorKey, UnitId } from '../../../../src-main/domain/ids.ts'
import { ledgerCoreName } from '../../../../src-main/domain/ledger-name.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { policyFor } from '../../../../src-main/domain/max-error.ts'
import { NEWCOMER } from '../../../../src-main/domain/trust.ts'
import { cutter } from '../../../support/cut.ts'
import { creditOf } from '../../../support/ledger-credit.ts'
import { Project, addWork, forged, honest, lease, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const SLEEPER = donorKey(1)
const HONEST = [2, 3, 4, 5].map(donorKey)
const MAX_ERROR = 0.003
const WINDOW = Math.max(4, Math.ceil(LIMITS.establishedResults / policyFor(MAX_ERROR).provenPerAdvance))
const UNITS = 3 * WINDOW
/** The sleeper is honest in its first window but for one result, then forges everything. */
const lies = ({ index }: UnitId): boolean => index === 0 || index >= WINDOW
const wake = (unit: UnitId): ReturnType<typeof honest> => (lies(unit) ? forged(unit) : honest(unit))

async function prepare(project: Project): Promise<void> {
  const rig = await project.start()
  await addWork(rig, UNITS, 2, MAX_ERROR)
  rig.store.transact(() => {
    for (const donor of [SLEEPER, ...HONEST])
      rig.store.saveTrust(donor, { ...NEWCOMER, proven: WINDOW * policyFor(MAX_ERROR).provenPerAdvance })
  })
  await rig.publisher.close()
  project.close()
}

/** What donors hold, as they remember it; an answer that was cut off is given again. */
class Answers {
  private readonly held = new Map<DonorKey, Map<number, UnitId>>()

  async round(rig: Rig, donor: DonorKey, units: number): Promise<void> {
    const held = this.held.get(donor) ?? new Map<number, UnitId>()
    this.held.set(donor, held)
    for (const unit of await lease(rig, donor, units)) held.set(unit.index, unit)
    const all = [...held.values()]
    if (all.length > 0) await submit(rig, donor, all.map(donor === SLEEPER ? wake : honest))
    await rig.timers.fire()
  }
}

async function play(rig: Rig, answers: Answers): Promise<void> {
  await answers.round(rig, SLEEPER, UNITS)
  for (let round = 0; round < 12; round++) for (const donor of HONEST) await answers.round(rig, donor, 4)
}

/** The blocks of the ledger follow from its records alone, those that take back included, in the next ledger, too. */
function expectMadeAgain({ store }: Rig, { bytes }: Project): void {
  for (const epoch of [0, 1]) {
    const core = ledgerCoreName(epoch)
    store.discardBelow(core, store.length(core))
    expect(store.from(core, 0).map(({ block }) => Buffer.from(block))).toEqual(
      bytes.ledger.map((block) => Buffer.from(block)),
    )
    store.nextLedger()
  }
}

describe('credit that rests on trust', () => {
  it(
    'is granted once and taken back once, wherever the publisher is killed',
    { timeout: 120_000 },
    async () => {
      const prepared = new Project()
      await prepare(prepared)
      let revoked = 0
      for (let at = 1, cut = cutter(0); at === 1 || cut.dead; at += Math.ceil(at / 3)) {
        const project = prepared.copy()
        const answers = new Answers()
        cut = cutter(at)
        try {
          await play(await project.start({ wrap: cut.wrap }), answers)
        } catch (error) {
          if (!cut.dead) throw error
        }
        const rig = await project.start()
        for (let round = 0; round < 3; round++) await play(rig, answers)
        await rig.timers.fire()

        const revocations = rig.store.revocations()
        expect(revocations.every((row) => row.donorKey === SLEEPER && lies(row.unit))).toBe(true)
        revoked += revocations.length
        for (const donor of [SLEEPER, ...HONEST]) {
          const kept = [...rig.store.grants()]
            .filter((grant) => grant.donorKey === donor)
            .map(({ unit }) => unit.index)
            .filter((index) => !revocations.some((row) => row.donorKey === donor && row.unit.index === index))
          expect(creditOf(rig, project, donor)).toEqual(kept.toSorted((a, b) => a - b))
        }
        expect(creditOf(rig, project, SLEEPER).filter((index) => lies({ batch: 0, index }))).toEqual([])
        expect(rig.publisher.status.batches[0]).toMatchObject({ verified: UNITS, acceptedOnTrust: 0 })
        const page = await rig.publisher.handlers.results({ cursor: '', limit: 256 })
        for (const { index, stdout } of page.units)
          expect(new TextDecoder().decode(stdout)).toBe(`unit ${index}`)
        await rig.publisher.close()
        expectMadeAgain(rig, project)
        project.close()
      }
      expect(revoked).toBeGreaterThan(0)
    },
  )
})
