import { describe, expect, it } from 'vitest'
import type { DonorKey } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import {
  putBackSetting,
  Restored,
  RESTORED_SETTING,
  type PutBackFrom,
} from '../../../../src-main/engine/roles/publisher/restored.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const KNOWN = donorKey(1)
const STRANGER = donorKey(2)
/** Records of KNOWN that the backup has. */
const HELD = 3

function putBack(from: PutBackFrom = 'yes', checkProject = (): Promise<void> => Promise.resolve()) {
  const settings = new Map<string, string>([[RESTORED_SETTING, from]])
  const rig = { nowMs: 0, done: 0 }
  const records = {
    lastRecord: (donor: DonorKey) => (donor === KNOWN ? { sequence: HELD - 1 } : undefined),
    donor: () => ({ leased: 0, verified: 0, rejected: 0 }),
    setting: (name: string) => settings.get(name),
    setSetting: (name: string, value: string) => void settings.set(name, value),
  }
  const restored = new Restored(
    {
      store: records as never,
      cores: { checkProject } as never,
      log: () => undefined,
      clock: { now: () => 0, monotonicMs: () => rig.nowMs },
    },
    { done: () => (rig.done += 1), changed: () => undefined },
  )
  return { restored, rig, settings }
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a project that was put back from a backup', () => {
  it('goes on when a donor holds as much as the backup, and only once', async () => {
    const { restored, rig, settings } = putBack()
    expect(() => restored.check()).toThrow(/restored from a backup/)
    restored.heard(KNOWN, HELD)
    restored.heard(KNOWN, HELD)
    await settled()
    expect(rig.done).toBe(1)
    expect(() => restored.check()).not.toThrow()
    expect(settings.get(RESTORED_SETTING)).toBe('')
  })

  it('stops for good when a donor holds more', async () => {
    const { restored, rig } = putBack()
    restored.heard(KNOWN, HELD + 1)
    restored.heard(KNOWN, HELD)
    await settled()
    expect(rig.done).toBe(0)
    expect(() => restored.check()).toThrow(/older than what others hold/)
  })

  it('believes no donor that the backup does not know', async () => {
    const { restored, rig } = putBack()
    restored.heard(STRANGER, 0)
    rig.nowMs = 2 * LIMITS.returnMs
    restored.heard(STRANGER, 0)
    await settled()
    expect(rig.done).toBe(0)
  })

  it('waits for others where a donor holds less, but not for ever', async () => {
    const { restored, rig } = putBack()
    rig.nowMs = 5_000
    restored.heard(KNOWN, HELD - 1)
    rig.nowMs += LIMITS.returnMs - 1
    restored.heard(KNOWN, HELD - 1)
    await settled()
    expect(rig.done).toBe(0)
    rig.nowMs += 1
    restored.heard(KNOWN, HELD - 1)
    await settled()
    expect(rig.done).toBe(1)
  })

  it('stops when one that holds more comes meanwhile', async () => {
    const { restored, rig } = putBack()
    restored.heard(KNOWN, HELD - 1)
    restored.heard(KNOWN, HELD + 1)
    rig.nowMs = LIMITS.returnMs
    restored.heard(KNOWN, HELD - 1)
    await settled()
    expect(rig.done).toBe(0)
  })

  it('stops when a peer has more of the project core', async () => {
    const { restored, rig } = putBack('yes', () => Promise.reject(new Error('a peer is ahead')))
    restored.heard(KNOWN, HELD)
    await settled()
    expect(rig.done).toBe(0)
    expect(restored.why).toMatch(/a peer is ahead/)
  })

  it('needs no waiting where it was exported', async () => {
    const { restored, rig } = putBack('export')
    restored.heard(KNOWN, HELD - 1)
    await settled()
    expect(rig.done).toBe(1)
  })

  it.each([
    ['yes', /restored from a backup.+restore it with --newest/],
    ['export', /^This project was imported and.+import it with --newest/],
    ['exported-backup', /^This project was imported while it waited after a restore/],
  ] as const)('says of %s what it waits after', (from, sentence) => {
    expect(putBack(from).restored.why).toMatch(sentence)
  })

  it('speaks of no backup where an imported file is behind', () => {
    const { restored } = putBack('export')
    restored.heard(KNOWN, HELD + 1)
    expect(restored.why).toMatch(/imported from, so it writes nothing/)
  })

  it('doubts its backup wherever it is moved, until the person vouches for a backup', async () => {
    expect(putBackSetting('yes', 'export', false)).toBe('exported-backup')
    expect(putBackSetting('exported-backup', 'export', true)).toBe('exported-backup')
    expect(putBackSetting('export', 'export', true)).toBe('')
    expect(putBackSetting('yes', 'backup', true)).toBe('')
    expect(putBackSetting('', 'export', false)).toBe('export')
    const { restored, rig } = putBack('exported-backup')
    restored.heard(KNOWN, HELD - 1)
    await settled()
    expect(rig.done).toBe(0)
  })
})
