import { join } from 'node:path'
import type Hypercore from 'hypercore'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { openCoreStore } from '../../../src-main/engine/adapters/hyper/core-store.ts'
import { manifestOf, publisherKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import { followProject } from '../../../src-main/engine/adapters/hyper/project-feed.ts'
import { encodeProjectRecord } from '../../../src-main/contracts/wire/project-record.ts'
import { manifest } from '../../support/hyper-net.ts'
import { tempDir } from '../../support/temp-dir.ts'

const keys = publisherKeyPair(new Uint8Array(32).fill(9))
const first = encodeProjectRecord(manifest())

/** As much as a core may hold, in a few blocks. */
const flood = new Array<Uint8Array>(16).fill(new Uint8Array(LIMITS.projectCoreBytes / 16))

/** A publisher's project core with these blocks, and a donor's empty one that replicates it. */
async function replicated(blocks: readonly Uint8Array[]): Promise<{ from: Hypercore; to: Hypercore }> {
  const stores = [
    await openCoreStore(join(tempDir(), 'a')),
    await openCoreStore(join(tempDir(), 'b')),
  ] as const
  onTestFinished(async () => {
    for (const store of stores) await store.close()
  })
  const from = stores[0].get({ keyPair: keys, manifest: manifestOf(keys.publicKey) })
  await from.ready()
  await from.append(blocks)
  const to = stores[1].get({ key: from.key, writable: false })
  await to.ready()
  const [one, other] = [from.replicate(true), to.replicate(false)]
  one.pipe(other).pipe(one)
  onTestFinished(() => {
    one.destroy()
    other.destroy()
  })
  return { from, to }
}

interface Followed {
  readonly records: unknown[]
  readonly trouble: Promise<unknown>
}

function follow(core: Hypercore): Followed {
  const records: unknown[] = []
  const trouble = new Promise<unknown>((resolve) => {
    const stop = followProject({
      core,
      log: () => undefined,
      onRecord: (record) => records.push(record),
      onTrouble: resolve,
    })
    onTestFinished(stop)
  })
  return { records, trouble }
}

describe('the feed of a hostile publisher', () => {
  it('is refused by its signed size before any of it is downloaded', async () => {
    const { to } = await replicated([first, ...flood])
    const { records, trouble } = follow(to)
    expect(await trouble).toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringContaining('The project is too large') as string,
    })
    expect(records).toEqual([])
    for (let index = 0; index < to.length; index++) expect(await to.has(index)).toBe(false)
  })

  it('is refused by its length, too', async () => {
    const block = new Uint8Array(1)
    const { to } = await replicated([first, ...new Array<Uint8Array>(LIMITS.projectRecords).fill(block)])
    const { trouble } = follow(to)
    expect(await trouble).toMatchObject({ code: 'limit-exceeded' })
    expect(await to.has(0)).toBe(false)
  })

  it('is read no further when it grows beyond the limit', async () => {
    const { from, to } = await replicated([first])
    const { records, trouble } = follow(to)
    await expect.poll(() => records).toEqual([manifest()])
    await from.append(flood)
    expect(await trouble).toMatchObject({ code: 'limit-exceeded' })
    expect(await to.has(1)).toBe(false)
  })
})
