import { join } from 'node:path'
import { ensureAppBuilt } from '../../scripts/build/app.mjs'
import { builtDemoDir, ensureDemoBuilt } from '../../scripts/build/demo.mjs'
import { ensureSlotHostBuilt } from '../../scripts/build/slot-host.mjs'
import { outDir } from '../../scripts/setup/paths.mjs'

/** A file that the build makes, as a path below out/. */
export type BuiltFile =
  | 'main/index.js'
  | 'main/engine.js'
  | 'main/cli.js'
  | 'main/slot-node-host.js'
  | 'preload/tray.cjs'
  | 'preload/screensaver.cjs'
  | 'preload/slot.cjs'

/** Silent: a build that fails throws, one that works is no news. */
const quiet = (): void => undefined

/**
 * Absolute path of a built file that is up to date with its sources; builds first when it is not. Several test files
 * may ask at once. Call it in `beforeAll` with time for a build (20 s).
 */
export async function builtFile(file: BuiltFile): Promise<string> {
  await (file === 'main/slot-node-host.js' ? ensureSlotHostBuilt(quiet) : ensureAppBuilt(quiet))
  return join(outDir, file)
}

/** Absolute path of a compiled example app, up to date with its sources. */
export async function builtDemo(name: 'mersenne' | 'tiles'): Promise<string> {
  await ensureDemoBuilt(quiet)
  return join(builtDemoDir, `${name}.wasm`)
}
