import { rmSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseFoundRecord } from '../../../../src-main/contracts/wire/found-record.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { DonorKey, Hex32, UnitId } from '../../../../src-main/domain/ids.ts'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { UNSENT, moveUnit } from '../../../../src-main/domain/work-unit.ts'
import type { PublisherCores, PublisherStore } from '../../../../src-main/engine/ports.ts'
import {
  PUBLISH_RESULTS_SETTING,
  RESULTS_EPOCH_SETTING,
} from '../../../../src-main/engine/roles/publisher/findings.ts'
import { fakePublisherCores } from '../../../support/fake-publisher-cores.ts'
import { diskAt } from '../../../support/power-loss/disk.ts'
import { donorKeys, live, type Incarnation } from '../../../support/power-loss/incarnation.ts'
import {
  addWork,
  forged,
  honest,
  lease,
  Project,
  submit,
  type Rig,
  type RigOptions,
} from '../../../support/publisher-rig.ts'
import { hex } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const [anna, bert, carl, dora] = [1, 2, 3, 4].map((n) => hex<DonorKey>(0xa0 + n)) as [
  DonorKey,
  DonorKey,
  DonorKey,
  DonorKey,
]
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
  for (let turns = 0; turns < 10; turns++) await timers.fire()
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

  /** One unit that two donors agree on while the third, whose lease ran out, could still answer it. */
  async function held(): Promise<{ project: Project; rig: Rig; unit: UnitId }> {
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
    await lease(rig, dora)
    await submit(rig, dora, [honest(unit!)])
    expect(rig.store.unit(unit!).state).toBe('verified')
    expect(rig.store.copy(unit!, carl)?.standing).toBe('lapsed')
    await aSecond(rig)
    return { project, rig, unit: unit! }
  }
  const once = [{ index: 0, output: 'unit 0' }]

  it('leaves out what a donor could still copy, until that donor has answered', async () => {
    const { project, rig, unit } = await held()
    expect(found(project)).toEqual([])
    expect(await submit(rig, carl, [honest(unit)])).toEqual(['verified'])
    await aSecond(rig)
    expect(found(project)).toEqual(once)
    const again = await project.start()
    await aSecond(again)
    expect(found(project)).toEqual(once)
  })

  it('leaves it out until nobody is at work on it any more, and takes no copy of it afterwards', async () => {
    const { project, unit } = await held()
    const waitMs = LIMITS.leaseMs + LIMITS.lateMs
    project.now += waitMs - 1
    const again = await project.start()
    await aSecond(again)
    expect(found(project)).toEqual([])
    project.now += 1
    await aSecond(again)
    expect(found(project)).toEqual(once)
    expect(await submit(again, carl, [honest(unit)])).toEqual(['uncounted'])
    expect(again.store.isGranted(unit, carl)).toBe(false)
    await aSecond(again)
    expect(found(project)).toEqual(once)
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

describe('publishing much at a time', () => {
  const MANY = 1000
  /** A project in which so many units were verified and none looked at. */
  async function waiting(options: RigOptions = {}): Promise<{ project: Project; rig: Rig }> {
    const project = asking()
    const rig = await project.start(options)
    await addWork(rig, MANY)
    rig.store.transact(() => {
      for (const unit of rig.store.takeFresh(0, MANY)) {
        const digest = hex<Hex32>(unit.index + 1)
        const stdout = new TextEncoder().encode(`unit ${unit.index}`)
        rig.store.saveUnit(unit, UNSENT, moveUnit(UNSENT, { kind: 'known', digest }), 0)
        rig.store.addOutput({ unit, digest, outcome: 'ok', exitCode: 0, fuel: 1n, stdout })
        rig.store.addVerified(unit, project.now)
      }
    })
    return { project, rig }
  }

  it('lets donors be answered in between', async () => {
    const { project, rig } = await waiting()
    const seen: number[] = []
    for (let turns = 0; turns < 40; turns++) {
      await rig.timers.fire()
      seen.push(found(project).length)
    }
    expect(seen.at(-1)).toBe(MANY)
    const steps = seen.map((count, i) => count - (seen[i - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThanOrEqual(256)
  })

  it('records nothing more while nothing can be appended, and goes on where it was', async () => {
    let failing = true
    const wrap = <T extends object>(part: T): T =>
      'flushResults' in part
        ? {
            ...part,
            flushResults: async () => {
              if (failing) throw new PowerswarmError('store-behind', 'somebody has more')
              await (part as unknown as PublisherCores).flushResults()
            },
          }
        : part
    const { project, rig } = await waiting({ wrap })
    await aSecond(rig)
    await aSecond(rig)
    const recorded = rig.store.from('results-0', 0)
    const count = recorded.reduce((sum, { block }) => sum + parseFoundRecord(block).found.length, 0)
    expect(count).toBe(256)
    expect(rig.logged.filter((line) => line === 'error results-not-published')).toHaveLength(1)
    failing = false
    for (let seconds = 0; seconds < 3; seconds++) await aSecond(rig)
    const indexes = found(project).map(({ index }) => index)
    expect([...new Set(indexes)]).toHaveLength(MANY)
    expect(indexes).toHaveLength(MANY)
  })

  it('publishes in the next core what was recorded for one that had to be left', async () => {
    let failing = true
    const cores = (store: PublisherStore, project: Project): PublisherCores => {
      const made = fakePublisherCores(project.bytes, store)
      return {
        ...made,
        openResults: async (epoch) => {
          if (failing || epoch > 0) return await made.openResults(epoch)
          throw new PowerswarmError('store-behind', 'somebody has more')
        },
        flushResults: async () => {
          if (failing) throw new PowerswarmError('store-behind', 'somebody has more')
          await made.flushResults()
        },
      }
    }
    const opened: { project?: Project } = {}
    const openCores = (store: PublisherStore): Promise<PublisherCores> =>
      Promise.resolve(cores(store, opened.project ?? new Project()))
    const { project, rig } = await waiting({ openCores })
    opened.project = project
    await aSecond(rig)
    expect(rig.store.length('results-0')).toBeGreaterThan(0)
    failing = false
    const again = await project.start({ openCores })
    for (let seconds = 0; seconds < 3; seconds++) await aSecond(again)
    const indexes = found(project).map(({ index }) => index)
    expect([...new Set(indexes)]).toHaveLength(MANY)
    expect(indexes).toHaveLength(MANY)
    expect(again.store.setting(RESULTS_EPOCH_SETTING)).toBe('1')
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
