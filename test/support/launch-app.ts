import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { electronEnvironment } from '../../scripts/electron/environment.mjs'
import { electronPath } from '../../scripts/setup/electron-runtime.mjs'
import { rootDir } from '../../scripts/setup/paths.mjs'

export const TEST_ENGINE = join(rootDir, 'test/fixtures/engine/test-engine.ts')

/** The built app: the repository, or a copy of it elsewhere. */
export const APP_DIR = process.env.POWERSWARM_TEST_APP ?? rootDir

export interface LaunchInit {
  /** DISPLAY and XAUTHORITY. */
  readonly display: Readonly<Record<string, string>>
  /** The session bus, `fakeTrayHost().busAddress`; there is none without it. */
  readonly busAddress?: string
  /** An existing data folder; a fresh one, removed at the end, without it. */
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
  /** Chromium’s switches, for instance a scale factor. */
  readonly switches?: readonly string[]
}

/** The app under Playwright. `close` ends it in order, and by force when it does not. */
export interface LaunchedApp {
  readonly electron: ElectronApplication
  readonly home: string
  readonly pid: number
  /** The first page of a kind (`tray`, `screensaver`, `slot`), now or as soon as there is one. */
  page(kind: string): Promise<Page>
  pages(kind: string): Page[]
  /** Whether a window of this kind is on the screen. (A page's own visibilityState is held up by Playwright.) */
  isVisible(kind: string): Promise<boolean>
  close(): Promise<void>
}

/** Environment of an app in a test: nothing of the developer's own desktop, so that no input but the test's counts. */
export function appEnvironment(init: LaunchInit, home: string): Record<string, string> {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env
  return {
    PATH,
    HOME,
    LANG,
    ...electronEnvironment(),
    ...init.display,
    XDG_SESSION_TYPE: 'x11',
    DBUS_SESSION_BUS_ADDRESS: init.busAddress ?? 'disabled:',
    DBUS_SYSTEM_BUS_ADDRESS: 'disabled:',
    POWERSWARM_HOME: home,
    POWERSWARM_KEEP_WINDOW: '1',
    ...init.env,
  }
}

export async function launchApp(init: LaunchInit): Promise<LaunchedApp> {
  const home = init.home ?? mkdtempSync(join(tmpdir(), 'powerswarm-app-'))
  const { POWERSWARM_SHOW_WINDOW: shows, ...env } = appEnvironment(init, home)
  const electron = await _electron.launch({
    executablePath: electronPath(),
    args: ['--disable-gpu', ...(init.switches ?? []), APP_DIR],
    env,
    chromiumSandbox: process.getuid?.() !== 0,
  })
  // A page that is made while Playwright attaches may never answer: the window opens afterwards.
  if (shows === '1')
    await electron.evaluate(({ app }) => void app.whenReady().then(() => app.emit('second-instance')))
  const pages = (kind: string): Page[] =>
    electron.windows().filter((page) => page.url().includes(`/${kind}/index.html`))
  return {
    electron,
    home,
    pid: electron.process().pid ?? 0,
    pages,
    page: async (kind) => {
      for (;;) {
        const [found] = pages(kind)
        if (found !== undefined) return found
        const next = await electron.waitForEvent('window')
        await next.waitForURL(/index\.html/)
      }
    },
    isVisible: (kind) => anyVisible(electron, `/${kind}/index.html`),
    close: async () => {
      await electron.close()
      if (init.home === undefined) rmSync(home, { recursive: true, force: true })
    },
  }
}

async function anyVisible(electron: ElectronApplication, part: string): Promise<boolean> {
  const ask = (): Promise<boolean> =>
    electron.evaluate(
      ({ BrowserWindow }, wanted) =>
        BrowserWindow.getAllWindows().some(
          (window) => window.isVisible() && window.webContents.getURL().includes(wanted),
        ),
      part,
    )
  try {
    return await ask()
  } catch (error) {
    // The main process sometimes collects the inspector's promise before it runs its microtasks.
    if (error instanceof Error && error.message.includes('garbage collected')) return ask()
    throw error
  }
}
