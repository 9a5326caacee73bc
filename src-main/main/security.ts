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

/** Refuses every permission, device and request to an address that begins with none of `prefixes`. */
export function hardenSession(session: Session, prefixes: readonly string[]): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  // Inline `data:` pictures never come here: they are no requests.
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !prefixes.some((prefix) => details.url.startsWith(prefix)) })
  })
}

/** An address that no program can listen at. */
const NOWHERE = 'socks5://255.255.255.255:1'

/**
 * Leads all of a session's connections into the void, those to this machine included. Requests are refused one by one
 * already ({@link hardenSession}), but a call (WebRTC) is no request: it would reach a relay over TCP.
 */
export async function severSession(session: Session): Promise<void> {
  await session.setProxy({ mode: 'fixed_servers', proxyRules: NOWHERE, proxyBypassRules: '<-loopback>' })
}
