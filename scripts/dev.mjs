import { join } from 'node:path'
import { prepare } from './setup/prepare.mjs'

await prepare()
const { withDisplay } = await import('./electron/launch.mjs')
const { electronEnvironment } = await import('./electron/environment.mjs')
const { runForeground } = await import('./setup/foreground.mjs')
const { modulesDir, rootDir } = await import('./setup/paths.mjs')

const electronVite = join(modulesDir, 'electron-vite/bin/electron-vite.js')
const args = [electronVite, 'dev', '--watch', ...process.argv.slice(2)]
process.exitCode = await withDisplay((display) =>
  runForeground(process.execPath, args, {
    cwd: rootDir,
    env: { ...process.env, ...electronEnvironment(), ...display },
  }),
)
