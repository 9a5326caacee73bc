import { ensureAppBuilt } from './app.mjs'
import { ensureDemoBuilt } from './demo.mjs'

/**
 * Builds what is out of date: the example apps, then the app. Needs Node 24 and the npm packages.
 * @param {(line: string) => void} log
 */
export async function ensureBuilt(log) {
  await ensureDemoBuilt(log)
  await ensureAppBuilt(log)
}
