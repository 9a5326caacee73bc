import { app, session } from 'electron'
import type { AppPaths } from './app-paths.ts'
import { linkEngine } from './engine-link.ts'
import { engineStarter } from './engine-process/start-engine.ts'
import { superviseEngine } from './engine-process/supervisor.ts'
import { linkPresence } from './presence-link.ts'
import { engineOptions, shellView, type RuntimeFacts } from './runtime-facts.ts'
import { realScheduler } from './scheduler.ts'
import { APP_PAGES, APP_RULES, serveScheme } from './scheme.ts'
import { hardenSession } from './security.ts'
import { ShellState } from './shell-state.ts'
import { openSlotWindow } from './slot-windows/slot-window.ts'
import { serveSlots } from './slot-windows/slot-windows.ts'
import type { TrayCommand } from './tray/tray-menu.ts'
import { openTray } from './tray/tray.ts'
import { uiBridge } from './ui-bridge.ts'
import { screensaver } from './windows/screensaver-window.ts'
import { trayWindow } from './windows/tray-window.ts'

export interface DesktopShell {
  /** Brings the tray window up, for instance because the app was started again. */
  showWindow(): void
  /** Ends engine and slots in order; resolves when none of their processes is left. */
  stop(): Promise<void>
}

/** Where electron-vite's development server is; never in an installed app. */
function devServer(): string | undefined {
  return app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
}

/** Builds the running app: the tray first, then what it is for. Call once the app is ready. */
export function openDesktopShell(paths: AppPaths, facts: RuntimeFacts): DesktopShell {
  const state = new ShellState(shellView(facts, 'no report yet'))
  const tray = openTray({ iconDir: paths.iconDir, state, run: (command) => run(command) })

  const pagesFrom = devServer()
  // The development server tells its pages over a socket what has changed.
  hardenSession(session.defaultSession, pagesFrom === undefined ? [APP_PAGES] : [APP_PAGES, 'ws://'])
  serveScheme(session.defaultSession.protocol, APP_RULES, paths.rendererDir, pagesFrom)
  const supervisor = superviseEngine({
    start: engineStarter(paths),
    options: engineOptions(facts, paths.home, paths.demoDir),
    scheduler: realScheduler,
    serveEngine: (port) => serveSlots(port, (slot) => openSlotWindow(slot, paths)),
  })
  const { engine } = supervisor
  const bridge = uiBridge({
    state,
    tray: {
      setPaused: (argument) => engine.setPausedByDonor(argument),
      startScreensaver: () => saver.start(),
      joinProject: async (argument) => {
        await engine.joinProject(argument)
      },
      leaveProject: (argument) => engine.leaveProject(argument),
      hide: () => window.hide(),
      quit: () => app.quit(),
    },
    screensaver: { dismiss: () => saver.stop() },
    looking: (looking) => link.watch(looking),
  })
  const saver = screensaver(paths, bridge)
  const window = trayWindow(
    { paths, bridge, tray, keepOpen: process.env.POWERSWARM_KEEP_WINDOW === '1' },
    realScheduler,
  )
  const setPaused = (paused: boolean): void => {
    // Only an engine that is gone refuses, and then the menu says so already.
    engine.setPausedByDonor({ paused }).catch(() => undefined)
  }
  const commands: Readonly<Record<TrayCommand, () => void>> = {
    open: window.toggle,
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    'start-screensaver': saver.start,
    quit: () => app.quit(),
  }
  const run = (command: TrayCommand): void => commands[command]()

  const link = linkEngine(supervisor, state, window.show)
  const unlinkPresence = linkPresence({ engine, state, saver })
  supervisor.start()
  return {
    showWindow: window.show,
    stop: async () => {
      unlinkPresence()
      saver.stop()
      await supervisor.stop()
    },
  }
}
