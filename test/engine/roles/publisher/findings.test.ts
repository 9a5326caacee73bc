import { rmSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseFoundRecord } from '../../../../src-main/contracts/wire/found-record.ts'
import type { DonorKey } from '../../../../src-main/domain/ids.ts'
import { PUBLISH_RESULTS_SETTING } from '../../../../src-main/engine/roles/publisher/findings.ts'
import { diskAt } from '../../../support/power-loss/disk.ts'
import { donorKeys, live, type Incarnation } from '../../../support/power-loss/incarnation.ts'
import { addWork, forged, honest, lease, Project, submit, type Rig } from '../../../support/publisher-rig.ts'
import { hex } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const [anna, bert, carl] = [1, 2, 3].map((n) => hex<DonorKey>(0xa0 + n)) as [DonorKey, DonorKey, DonorKey]
const UNITS = 6

function asking(): Project {
  const project = new Project()
  project.reopen().setSetting(PUBLISH_RESULTS_SETTING, 'yes')
  return project
}
const found = ({ bytes }: Project): { index: number; output: string }[] =>
  bytes.results.flatMap((block) =>
    parseFoundRecord(block).found.map(({ unit, output }) => {
      return { index: unit.index, output: new TextDecoder().decode(output) }
    }),
  )
/** Lets the publisher do what it does every second. */
async function aSecond({ timers }: Rig): Promise<void> {
  await timers.fire()
  await timers.fire()
}
async function verifyAll(rig: Rig): Promise<void> {
  for (const donor of [anna, bert]) await submit(rig, donor, (await lease(rig, donor)).map(honest))
}

describe('what a project publishes', () => {
  it('is nothing unless it was made to', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, UNITS)
    await verifyAll(rig)
    await aSecond(rig)
    expect(rig.publisher.status.batches[0]).toMatchObject({ verified: UNITS })
    expect(project.bytes.results).toEqual([])
    expect(project.bytes.project.map(({ type }) => type)).not.toContain('results')
  })

  it('is every verified output, once, though the publisher is started again', async () => {
    const project = asking()
    const rig = await project.start()
    expect(project.bytes.project.map(({ type }) => type)).toEqual(['project', 'core', 'results'])
    await addWork(rig, UNITS)
    const [first, ...rest] = await lease(rig, anna)
    await submit(rig, anna, [honest(first!)])
    await aSecond(rig)
    expect(found(project)).toEqual([])
    await submit(rig, anna, rest.map(honest))
    await submit(rig, bert, (await lease(rig, bert)).map(honest))
    await aSecond(rig)
    const expected = Array.from({ length: UNITS }, (_, index) => ({ index, output: `unit ${index}` }))
    const byIndex = (): typeof expected => found(project).sort((a, b) => a.index - b.index)
    expect(byIndex()).toEqual(expected)
    const again = await project.start()
    await aSecond(again)
    expect(byIndex()).toEqual(expected)
    expect(project.bytes.project.filter(({ type }) => type === 'results')).toHaveLength(1)
  })

  it('is complete when it closes', async () => {
    const project = asking()
    const rig = await project.start()
    await addWork(rig, UNITS)
    await verifyAll(rig)
    await rig.publisher.close()
    expect(found(project)).toHaveLength(UNITS)
  })

  it('leaves out what was known before: donors would learn what they are checked by', async () => {
    const project = asking()
    const rig = await project.start()
    await addWork(rig, 1)
    const { unit: _, engine: __, outcome: ___, ...known } = honest({ batch: 1, index: 0 })
    await rig.publisher.handlers.addBatch({
      app: 'mersenne',
      first: 0,
      count: 2,
      args: ['{n}'],
      quorum: 2,
      maxFuel: 1000n,
      maxOutputBytes: 64,
      known: [{ n: 0, outcome: 'ok', ...known }],
    })
    for (let round = 0; round < 4; round++) await verifyAll(rig)
    await aSecond(rig)
    expect(rig.publisher.status.batches[1]).toMatchObject({ verified: 2 })
    expect(found(project)).toHaveLength(2)
    expect(found(project).filter(({ output }) => output === 'unit 0')).toHaveLength(1)
  })

  it('leaves out what a donor could still copy', async () => {
    const project = asking()
    const rig = await project.start()
    await addWork(rig, 1)
    const [unit] = await lease(rig, anna)
    await submit(rig, anna, [honest(unit!)])
    await lease(rig, bert)
    await submit(rig, bert, [forged(unit!)])
    // Two differ, so a third decides; another one computes it late.
    await lease(rig, carl)
    project.now += 1e9
    await lease(rig, hex<DonorKey>(0xd0))
    await submit(rig, hex<DonorKey>(0xd0), [honest(unit!)])
    expect(rig.store.unit(unit!).state).toBe('verified')
    expect(rig.store.copy(unit!, carl)?.standing).toBe('lapsed')
    await aSecond(rig)
    expect(found(project)).toEqual([])
  })

  it('leaves out what rests on one donor’s word', async () => {
    const project = asking()
    const rig = await project.start()
    await addWork(rig, 200, 2, 0.01)
    rig.store.transact(() => {
      rig.store.saveTrust(anna, { ...rig.store.trust(anna), proven: 5000 })
    })
    const units = await lease(rig, anna, 5)
    await submit(rig, anna, units.map(honest))
    rig.store.transact(() => {
      for (const unit of units) {
        const work = rig.store.unit(unit)
        if (work.state === 'trusted') rig.store.saveUnit(unit, work, { ...work, state: 'released' }, 0)
        rig.store.addVerified(unit, 1)
      }
    })
    await aSecond(rig)
    expect(found(project)).toEqual([])
  })
})

describe('the core with results', () => {
  async function open(dir: string): Promise<Incarnation> {
    const now = await live(diskAt(dir))
    onTestFinished(() => now.close().catch(() => undefined))
    return now
  }
  const announced = async (now: Incarnation): Promise<number[]> =>
    (await now.cores.projectRecords()).flatMap((record) => (record.type === 'results' ? [record.epoch] : []))
  async function work(now: Incarnation, count: number): Promise<void> {
    await now.work(donorKeys[0], count)
    await now.seal()
    await now.publisher.close()
  }

  it('goes on after a restart, and anew in another core when it was lost with its folder', async () => {
    const dir = tempDir()
    const first = await open(dir)
    await work(first, 3)
    await first.close()
    const second = await open(dir)
    await work(second, 2)
    expect(await announced(second)).toEqual([0])
    expect(second.store.length('results-0')).toBe(2)
    await second.close()
    rmSync(diskAt(dir).coresDir, { recursive: true })
    const third = await open(dir)
    await work(third, 2)
    expect(await announced(third)).toEqual([0, 1])
    expect(third.store.length('results-0')).toBe(2)
    expect(third.store.length('results-1')).toBe(1)
  })
})
