import { ipcMain, type BrowserWindow, type IpcMainEvent, type WebContents } from 'electron'
import { WINDOW_CHANNELS, type WindowKind } from '../contracts/ipc.ts'
import { serve, type Handlers, type Port } from '../contracts/rpc.ts'
import {
  screensaverSchema,
  trayWindowSchema,
  type ScreensaverSchema,
  type TrayWindowSchema,
} from '../contracts/ui.ts'
import { windowUrl } from './scheme.ts'
import type { ShellState } from './shell-state.ts'

export interface UiBridgeComponents {
  readonly state: ShellState
  readonly tray: Omit<Handlers<TrayWindowSchema>, 'state'>
  readonly screensaver: Omit<Handlers<ScreensaverSchema>, 'state'>
  /** Called when the first window shows and when the last one is gone. */
  readonly looking: (looking: boolean) => void
}

/** Serves each window its schema, and tells it of every change while it is visible. */
export interface UiBridge {
  /** From now on this window may speak on its kind's channel, until it is destroyed. */
  admit(kind: WindowKind, window: BrowserWindow): void
}

export function uiBridge(components: UiBridgeComponents): UiBridge {
  const { state } = components
  const currentState = () => state.windowState()
  const shown = new Set<BrowserWindow>()
  const setShown = (window: BrowserWindow, isShown: boolean): void => {
    const looked = shown.size > 0
    if (isShown) shown.add(window)
    else shown.delete(window)
    const looks = shown.size > 0
    if (looks !== looked) components.looking(looks)
  }
  const serveKind = (kind: WindowKind, port: Port) =>
    kind === 'tray'
      ? serve(trayWindowSchema, port, { ...components.tray, state: currentState })
      : serve(screensaverSchema, port, { ...components.screensaver, state: currentState })
  return {
    admit(kind, window) {
      const server = serveKind(kind, windowPort(kind, window.webContents))
      const tell = (): void => server.notify('changed', state.windowState())
      const stopTelling = state.onChange(() => {
        if (window.isVisible()) tell()
      })
      window.on('show', () => {
        setShown(window, true)
        tell()
      })
      window.on('hide', () => setShown(window, false))
      window.once('closed', () => {
        setShown(window, false)
        stopTelling()
        server.close()
      })
    },
  }
}

/** One window's channel. A message counts only from the top frame of this very window at its own address. */
function windowPort(kind: WindowKind, contents: WebContents): Port {
  const channel = WINDOW_CHANNELS[kind]
  const { id } = contents
  return {
    post: (message) => {
      if (!contents.isDestroyed()) contents.send(channel, message)
    },
    subscribe: (listener) => {
      const receive = (event: IpcMainEvent, message: unknown): void => {
        if (event.sender.id === id && isOwnPage(kind, event)) listener(message)
      }
      ipcMain.on(channel, receive)
      return () => ipcMain.off(channel, receive)
    },
    onClose: (listener) => {
      contents.once('destroyed', listener)
      return () => contents.off('destroyed', listener)
    },
  }
}

function isOwnPage(kind: WindowKind, event: IpcMainEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && frame.url === windowUrl(kind)
}
