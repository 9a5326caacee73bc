import type { Client } from '../../src-main/contracts/rpc.ts'
import type { ScreensaverSchema, TrayWindowSchema } from '../../src-main/contracts/ui.ts'

/** What each window's preload exposes. An error's `message` survives the way through it; its `code` does not. */
export type TrayApi = Omit<Client<TrayWindowSchema>, 'close'>
export type ScreensaverApi = Omit<Client<ScreensaverSchema>, 'close'>

declare global {
  interface Window {
    readonly api?: unknown
  }
}

/** The tray window's way to the shell. Throws when the page was opened without its preload. */
export function trayApi(): TrayApi {
  return exposed() as TrayApi
}

/** The screensaver's way to the shell. Throws when the page was opened without its preload. */
export function screensaverApi(): ScreensaverApi {
  return exposed() as ScreensaverApi
}

function exposed(): unknown {
  if (window.api === undefined) throw new Error('This page was opened without its preload')
  return window.api
}
