import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { electronPath } from '../../scripts/setup/electron-runtime.mjs'
import { APP_DIR, appEnvironment, type LaunchInit } from './launch-app.ts'

/** The app as a person starts it: nothing is attached, so nothing but the app itself costs time. */
export interface PlainApp {
  readonly pid: number
  /** Ends it in order; resolves when it is gone. */
  close(): Promise<void>
}

/** Starts the built app in this data folder. No window opens; ask its donor by the command line. */
export function launchPlainApp(init: LaunchInit & { readonly home: string }): PlainApp {
  const app = spawn(electronPath(), ['--disable-gpu', ...(init.switches ?? []), APP_DIR], {
    env: appEnvironment(init, init.home),
    stdio: 'ignore',
  })
  if (app.pid === undefined) throw new Error('the app did not start')
  const gone = once(app, 'exit')
  return {
    pid: app.pid,
    close: async () => {
      app.kill('SIGTERM')
      await gone
    },
  }
}
