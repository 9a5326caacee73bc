import { screen, type BrowserWindow } from 'electron'
import type { AppPaths } from '../app-paths.ts'
import type { UiBridge } from '../ui-bridge.ts'
import { createAppWindow } from './app-window.ts'
import { isNudge } from './nudge.ts'
import type { Point } from './placement.ts'

export interface Screensaver {
  readonly running: boolean
  readonly start: () => void
  /** Closes it; does nothing when it does not run. */
  readonly stop: () => void
  /** An input was noticed somewhere: ends the screensaver unless it was only a nudge of the pointer. */
  readonly inputSeen: () => void
}

/** Covers the primary display. It is dismissed by its page, or by input that its page did not get to see. */
export function screensaver(paths: AppPaths, bridge: UiBridge): Screensaver {
  let window: BrowserWindow | undefined
  let cursorAtStart: Point = { x: 0, y: 0 }

  const stop = (): void => {
    window?.destroy()
    window = undefined
  }
  const start = (): void => {
    if (window !== undefined) return
    cursorAtStart = screen.getCursorScreenPoint()
    const created = createAppWindow('screensaver', paths, bridge, {
      ...screen.getPrimaryDisplay().bounds,
      backgroundColor: '#000000',
      skipTaskbar: true,
      resizable: true,
    })
    window = created
    created.setAlwaysOnTop(true, 'screen-saver')
    created.once('ready-to-show', () => {
      if (created.isDestroyed()) return
      created.show()
      // After show(): the other way round it comes out one pixel short.
      created.setFullScreen(true)
    })
    created.on('closed', () => {
      if (window === created) window = undefined
    })
  }
  return {
    get running() {
      return window !== undefined
    },
    start,
    stop,
    inputSeen: () => {
      if (window !== undefined && !isNudge(cursorAtStart, screen.getCursorScreenPoint())) stop()
    },
  }
}
