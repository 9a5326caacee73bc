import { describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { Project, addWork, checkingSlotHost, honest, lease, submit } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const A = donorKey(1)
const app = { name: 'mersenne', original: new Uint8Array(8), memoryLimitBytes: 65536 }
const batch = {
  app: 'mersenne',
  first: 0,
  count: 3,
  args: ['{n}'],
  quorum: 2,
  maxFuel: 9n,
  maxOutputBytes: 1,
}

describe('a new project', () => {
  it('starts its core with the manifest and the ledger’s key, once', async () => {
    const project = new Project()
    await project.start()
    await project.start()
    expect(project.bytes.project.map(({ type }) => type)).toEqual(['project', 'core'])
  })
})

describe('apps and batches', () => {
  it('are numbered in the order of the project core', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 2)
    await rig.publisher.handlers.addApp({ ...app, memoryLimitBytes: 2 * 65536 })
    expect(await rig.publisher.handlers.addBatch(batch)).toEqual({ batch: 1, units: 3, app: 1 })
    expect(await rig.publisher.handlers.addBatch({ ...batch, app: '0' })).toEqual({
      batch: 2,
      units: 3,
      app: 0,
    })
    expect(project.bytes.project.slice(2)).toMatchObject([
      { type: 'app', app: 0 },
      { type: 'batch', batch: 0, app: 0 },
      { type: 'app', app: 1 },
      { type: 'batch', batch: 1, app: 1 },
      { type: 'batch', batch: 2, app: 0 },
    ])
    expect(rig.network.work).toBe(3)
  })

  it('with another memory limit of a batch are published once, and their name means what it meant', async () => {
    const project = new Project()
    const { publisher } = await project.start()
    const { addApp, addBatch } = publisher.handlers
    const more = { ...batch, memoryLimitBytes: 4 * 65536 }
    await addApp(app)
    expect(await addBatch(more)).toMatchObject({ app: 1 })
    expect(await addBatch(batch)).toMatchObject({ app: 0 })
    expect(await addBatch(more)).toMatchObject({ app: 1 })
    expect(await addBatch({ ...batch, memoryLimitBytes: 65536 })).toMatchObject({ app: 0 })
    expect(await addBatch({ ...batch, app: '1' })).toMatchObject({ app: 1 })
    await addApp({ ...app, memoryLimitBytes: 2 * 65536 })
    expect(await addBatch(batch)).toMatchObject({ app: 2 })

    const again = await project.start()
    expect(await again.publisher.handlers.addBatch(more)).toMatchObject({ app: 1 })
    expect(await again.publisher.handlers.addBatch(batch)).toMatchObject({ app: 2 })
    expect(again.publisher.status.apps.map(({ memoryLimitBytes }) => memoryLimitBytes / 65536)).toEqual([
      1, 4, 2,
    ])
  })

  it('with checkpoints are other apps than without: rewritten, hashed and leased as such', async () => {
    const slotHost = checkingSlotHost()
    const project = new Project()
    const { publisher } = await project.start({ slotHost })
    const { addApp, status } = publisher.handlers
    await addApp(app)
    expect(await addApp({ ...app, checkpoint: true })).toMatchObject({ app: 1, checkpoint: true })
    await expect(addApp({ ...app, checkpoint: true })).rejects.toMatchObject({ code: 'already-exists' })
    const loads = slotHost.slots.flatMap((slot) => slot.loads)
    expect(loads.map(({ module }) => module.checkpoint)).toEqual([undefined, true])
    expect((await status()).apps.map(({ checkpoint }) => checkpoint)).toEqual([false, true])
    expect(project.bytes.project.slice(2)).toEqual([
      expect.not.objectContaining({ checkpoint: true }),
      expect.objectContaining({ checkpoint: true }),
    ])
  })

  it('are refused when they are there already, unknown or malformed, and nothing is half-done', async () => {
    const project = new Project()
    const { publisher } = await project.start()
    const { addApp, addBatch } = publisher.handlers
    await addApp(app)
    const before = project.bytes.project.length
    await expect(addApp(app)).rejects.toMatchObject({ code: 'already-exists' })
    await expect(addBatch({ ...batch, app: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(addBatch({ ...batch, args: ['{m}'] })).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(addBatch({ ...batch, first: Number.MAX_SAFE_INTEGER })).rejects.toMatchObject({
      code: 'bad-argument',
    })
    expect(project.bytes.project.length).toBe(before)
    expect(await addBatch(batch)).toEqual({ batch: 0, units: 3, app: 0 })
  })

  it.each([
    ['a line break in an argument', { args: ['a\nb'] }],
    ['long arguments together', { args: ['x'.repeat(3000), 'y'.repeat(3000)] }],
    ['an output limit that no donor takes', { maxOutputBytes: 2 ** 30 }],
    ['fuel that no donor spends', { maxFuel: 2n ** 60n }],
  ])('with %s are refused and leave the project as it was', async (_, change) => {
    const project = new Project()
    const { publisher } = await project.start()
    await publisher.handlers.addApp(app)
    await expect(publisher.handlers.addBatch({ ...batch, ...change })).rejects.toMatchObject({
      code: 'bad-argument',
    })
    const again = await project.start()
    expect(await again.publisher.handlers.addBatch(batch)).toEqual({ batch: 0, units: 3, app: 0 })
  })

  it.each([' ', 'a\nb', 'x'.repeat(81)])('named %j are refused before anything is done', async (name) => {
    const slotHost = checkingSlotHost()
    const project = new Project()
    const { publisher } = await project.start({ slotHost })
    await expect(publisher.handlers.addApp({ ...app, name })).rejects.toMatchObject({ code: 'bad-argument' })
    expect(slotHost.slots).toEqual([])
    const again = await project.start()
    expect((await again.publisher.handlers.addApp(app)).app).toBe(0)
  })

  it('pass on the slot’s refusal of a module and end the slot', async () => {
    const slotHost = checkingSlotHost()
    const project = new Project()
    const { publisher } = await project.start({ slotHost })
    slotHost.refuse = new PowerswarmError('module-refused', 'function 3 uses threads')
    await expect(publisher.handlers.addApp(app)).rejects.toMatchObject({ code: 'module-refused' })
    expect(project.reopen().apps()).toEqual([])
  })

  it('that a crash kept out of the project core are published at the next opening', async () => {
    const project = new Project()
    let broken = false
    const wrap = <T extends object>(part: T): T =>
      'appendProject' in part
        ? {
            ...part,
            appendProject: (records: unknown) => {
              if (broken) return Promise.reject(new Error('cut'))
              return (part.appendProject as (records: unknown) => Promise<void>)(records)
            },
          }
        : part
    const first = await project.start({ wrap })
    await first.publisher.handlers.addApp(app)
    broken = true
    await expect(first.publisher.handlers.addBatch(batch)).rejects.toThrow('cut')
    expect(await lease(first, A)).toEqual([])

    const second = await project.start()
    expect(project.bytes.project.at(-1)).toMatchObject({ type: 'batch', batch: 0 })
    const units = await lease(second, A)
    expect(await submit(second, A, units.map(honest))).toHaveLength(3)
  })
})
