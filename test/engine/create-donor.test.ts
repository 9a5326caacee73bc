import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDonor, type DonorEngine } from '../../src-main/engine/create-donor.ts'
import { donorPaths } from '../../src-main/engine/data-folder.ts'
import { fakeSlotHost } from '../support/fake-slot-host.ts'

let home: string
const open = (): Promise<DonorEngine> =>
  createDonor({
    home,
    version: 'test',
    slotHost: fakeSlotHost(),
    gate: { kind: 'open' },
    demoModulesDir: '',
    presence: { kind: 'unattended' },
    log: () => undefined,
  })

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'powerswarm-donor-'))
})
afterEach(() => {
  rmSync(home, { recursive: true })
})

it('refuses a second engine in the same folder, and frees the folder when it closes', async () => {
  const engine = await open()
  await expect(open()).rejects.toMatchObject({ code: 'data-folder-in-use' })
  await engine.close()
  await (await open()).close()
})

it('refuses a folder whose credit belongs to another key, and leaves it unlocked', async () => {
  await (await open()).close()
  rmSync(donorPaths(home).donorKeyPath)
  await expect(open()).rejects.toMatchObject({ code: 'identity-changed' })
  await expect(open()).rejects.toMatchObject({ code: 'identity-changed' })
})
