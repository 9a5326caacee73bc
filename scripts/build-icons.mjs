// Draws the pictures in resources/icons from the sources in resources/icons/src. Run by hand when a source changes;
// the pictures are kept in the repository, so that neither set-up nor a build needs it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { electronEnvironment } from './electron/environment.mjs'
import { withDisplay } from './electron/launch.mjs'
import { electronPath } from './setup/electron-runtime.mjs'
import { runForeground } from './setup/foreground.mjs'
import { rootDir } from './setup/paths.mjs'

const iconDir = join(rootDir, 'resources/icons')
const sourceDir = join(iconDir, 'src')

const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512]
/** Below this size the swarm of points cannot be read; the same sign is drawn in one stroke. */
const APP_SWARM_FROM = 64
const TRAY_SIZES = [16, 22, 32]
/** The size whose file carries no size in its name: what a tray is given, with its `@2x` beside it. */
const TRAY_USUAL = 22

/** @typedef {{ source: string, sizePx: number, path: string }} Picture */

/** @returns {Picture[]} */
function appPictures() {
  return APP_SIZES.map((sizePx) => ({
    source: readFileSync(join(sourceDir, sizePx < APP_SWARM_FROM ? 'app-small.svg' : 'app.svg'), 'utf8'),
    sizePx,
    path: join(iconDir, `app-${sizePx}.png`),
  }))
}

/** @returns {Picture[]} */
function trayPictures() {
  const names = readdirSync(sourceDir).filter((name) => name.startsWith('tray-'))
  return names.flatMap((name) => {
    const source = readFileSync(join(sourceDir, name), 'utf8')
    return TRAY_SIZES.flatMap((sizePx) => {
      const stem = name.replace('.svg', sizePx === TRAY_USUAL ? '' : `-${sizePx}`)
      return [
        { source, sizePx, path: join(iconDir, `${stem}.png`) },
        { source, sizePx: sizePx * 2, path: join(iconDir, `${stem}@2x.png`) },
      ]
    })
  })
}

const workDir = mkdtempSync(join(tmpdir(), 'powerswarm-icons-'))
try {
  const pictures = [...appPictures(), ...trayPictures()]
  const listPath = join(workDir, 'pictures.json')
  writeFileSync(listPath, JSON.stringify(pictures))
  process.exitCode = await withDisplay((display) =>
    runForeground(electronPath(), [join(rootDir, 'scripts/icons/rasterise.mjs'), listPath, workDir], {
      env: { ...process.env, ...electronEnvironment(), ...display },
    }),
  )
  if (process.exitCode === 0) console.log(`${pictures.length} pictures in resources/icons`)
} finally {
  rmSync(workDir, { recursive: true, force: true })
}
