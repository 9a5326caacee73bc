import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canStartVirtualDisplay, startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('startVirtualDisplay', () => {
  it('shows a display only to who has its cookie, and leaves nothing behind', async ({ skip }) => {
    if (!canStartVirtualDisplay()) skip('Xvfb is not installed')
    const display = await startVirtualDisplay({ width: 640, height: 480 })
    const size = (env: Record<string, string>): ReturnType<typeof spawnSync> =>
      spawnSync('xdotool', ['getdisplaygeometry'], { env: { ...process.env, ...env }, encoding: 'utf8' })
    try {
      expect(size(display.env).stdout).toBe('640 480\n')
      expect(size({ ...display.env, XAUTHORITY: '/nonexistent' }).status).not.toBe(0)
    } finally {
      await display.stop()
    }
    expect(isRunning(display.pid)).toBe(false)
    expect(existsSync(display.env['XAUTHORITY'] ?? '')).toBe(false)
  })
})
