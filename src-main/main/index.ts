import { app, crashReporter } from 'electron'
import { SLOT_V8_FLAGS } from '../contracts/slot-flags.ts'
import { settlePaths } from './app-paths.ts'
import { openDesktopShell, type DesktopShell } from './desktop-shell.ts'
import { runtimeCarriesEngine } from './engine-process/start-engine.ts'
import { quitBeforeShutdown, quitInOrder } from './quit.ts'
import type { RuntimeFacts } from './runtime-facts.ts'
import { registerSchemes } from './scheme.ts'
import { hardenWebContents } from './security.ts'
import { takeInstanceLock } from './single-instance.ts'

const paths = settlePaths(import.meta.dirname)
let shell: DesktopShell | undefined

if (takeInstanceLock(() => shell?.showWindow())) {
  app.commandLine.appendSwitch('js-flags', SLOT_V8_FLAGS.join(' '))
  // WebAssembly finds accesses out of bounds by a signal, and in a renderer on Linux nobody but the crash reporter
  // listens for it: without this such a unit ends its whole slot instead of trapping. Nothing is ever uploaded.
  crashReporter.start({ uploadToServer: false })
  registerSchemes()
  hardenWebContents()
  // Without a listener Electron quits when the last window closes; this app lives in the tray.
  app.on('window-all-closed', () => undefined)
  quitInOrder(async () => {
    await shell?.stop()
  })
  // Not awaited at the top level: Electron becomes ready only after this module has run.
  void app.whenReady().then(() => {
    quitBeforeShutdown()
    shell = openDesktopShell(paths, runtimeFacts())
    if (process.env.POWERSWARM_SHOW_WINDOW === '1') shell.showWindow()
  })
} else app.quit()

function runtimeFacts(): RuntimeFacts {
  return {
    appVersion: app.getVersion(),
    electronVersion: process.versions.electron,
    official: runtimeCarriesEngine(),
    sandboxOff: app.commandLine.hasSwitch('no-sandbox') || process.env.ELECTRON_DISABLE_SANDBOX !== undefined,
    isRoot: process.getuid?.() === 0,
    allowUnsandboxed: process.env.POWERSWARM_ALLOW_UNSANDBOXED === '1',
  }
}
