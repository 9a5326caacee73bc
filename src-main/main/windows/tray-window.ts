import { nativeTheme, screen, type BrowserWindow, type Tray } from 'electron'
import type { AppPaths } from '../app-paths.ts'
import type { Scheduler } from '../scheduler.ts'
import type { UiBridge } from '../ui-bridge.ts'
import { createAppWindow } from './app-window.ts'
import { placeNearTray } from './placement.ts'

export interface TrayWindowComponents {
  readonly paths: AppPaths
  readonly bridge: UiBridge
  readonly tray: Tray
  /** Leaves the window open when another one gets the focus. */
  readonly keepOpen: boolean
}

/** The small window behind the tray icon. It is made when wanted; hidden, it is kept for a while. */
export interface TrayWindow {
  readonly show: () => void
  readonly hide: () => void
  /** A click on the icon: shows, or hides what is shown. */
  readonly toggle: () => void
}

const SIZE = { width: 380, height: 560 }
/** A click on the icon takes the focus, which hides the window, before the click itself arrives. */
const SAME_CLICK_MS = 250
/** A hidden page opens again at once, but holds some 40 MB: too much for an app that rests for days. */
const KEPT_MS = 300_000

export function trayWindow(components: TrayWindowComponents, scheduler: Scheduler): TrayWindow {
  let window: BrowserWindow | undefined
  let hiddenAtMs = -Infinity
  let keep: () => void = () => undefined

  const hide = (): void => {
    if (window?.isVisible() !== true) return
    hiddenAtMs = scheduler.monotonicMs()
    window.hide()
    keep = scheduler.after(KEPT_MS, () => window?.destroy())
  }
  const create = (): BrowserWindow => {
    const created = createAppWindow('tray', components.paths, components.bridge, {
      ...SIZE,
      minWidth: 320,
      minHeight: 400,
      maximizable: false,
      minimizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#ffffff',
    })
    if (!components.keepOpen) created.on('blur', hide)
    created.on('closed', () => {
      window = undefined
    })
    return created
  }
  const show = (): void => {
    keep()
    const fresh = window === undefined
    const shown = (window ??= create())
    if (!shown.isVisible()) shown.setBounds(bounds(components.tray, shown))
    if (fresh) shown.once('ready-to-show', () => bringForward(shown))
    else bringForward(shown)
  }
  return {
    show,
    hide,
    toggle: () => {
      if (window?.isVisible() === true) hide()
      else if (scheduler.monotonicMs() - hiddenAtMs > SAME_CLICK_MS) show()
    },
  }
}

function bringForward(window: BrowserWindow): void {
  if (window.isDestroyed()) return
  window.show()
  window.focus()
}

function bounds(tray: Tray, window: BrowserWindow): Electron.Rectangle {
  const cursor = screen.getCursorScreenPoint()
  const [width = SIZE.width, height = SIZE.height] = window.getSize()
  const { workArea } = screen.getDisplayNearestPoint(cursor)
  return placeNearTray({ width, height }, tray.getBounds(), cursor, workArea)
}
