import { app, type BrowserWindowConstructorOptions, type Session } from 'electron'

/** What every window of the app shares, slots included. */
export const SAFE_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  spellcheck: false,
} as const satisfies BrowserWindowConstructorOptions['webPreferences']

/** No page of this app ever navigates, opens a window or embeds a guest; what tries is refused. */
export function hardenWebContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Refuses every permission, device and request that leaves the given schemes. */
export function hardenSession(session: Session, schemes: readonly string[]): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isServedBy(schemes, details.url) })
  })
}

/** Whether an address belongs to one of the schemes. Inline `data:` pictures never come here: they are no requests. */
export function isServedBy(schemes: readonly string[], url: string): boolean {
  return schemes.some((scheme) => url.startsWith(`${scheme}://`))
}
