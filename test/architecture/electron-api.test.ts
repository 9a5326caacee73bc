import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  canStartVirtualDisplay,
  hasDisplay,
  startVirtualDisplay,
} from '../../scripts/display/virtual-display.mjs'
import { electronEnvironment } from '../../scripts/electron/environment.mjs'
import { electronPath, electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { usedElectronMembers, type ElectronMember } from './electron-members.ts'

const root = join(import.meta.dirname, '../..')
const cannotShow = !hasDisplay() && !canStartVirtualDisplay()

async function missingMembers(
  members: readonly ElectronMember[],
  display: Record<string, string>,
): Promise<unknown> {
  const env = { ...process.env, ...electronEnvironment(), ...display, PROBE_MEMBERS: JSON.stringify(members) }
  const probe = join(import.meta.dirname, 'electron-probe.mjs')
  const { stdout } = await promisify(execFile)(electronPath(), [probe], { env, timeout: 30_000 })
  const line = stdout.split('\n').find((text) => text.startsWith('missing:'))
  return JSON.parse(line?.slice('missing:'.length) ?? 'null')
}

describe('the running Electron', () => {
  it('has every member of its API that src-main uses', { timeout: 60_000 }, async ({ skip }) => {
    if (electronRuntime() === undefined) skip('no Electron runs on this machine')
    if (cannotShow) skip('no display, and Xvfb is not installed')
    const used = usedElectronMembers(join(root, 'src-main/tsconfig.json'))
    expect(used).toContainEqual({ owner: 'App', name: 'whenReady', isStatic: false })
    const invented = [
      { owner: 'App', name: 'newerThanThis', isStatic: false },
      { owner: 'NewerModule', name: 'start', isStatic: false },
    ]
    const display = hasDisplay() ? undefined : await startVirtualDisplay()
    try {
      const missing = await missingMembers([...used, ...invented], display?.env ?? {})
      expect(missing).toEqual(['App.newerThanThis', 'NewerModule (no sample of it)'])
    } finally {
      await display?.stop()
    }
  })
})
