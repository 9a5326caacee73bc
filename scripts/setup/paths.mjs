import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository's top folder. (`import.meta.dirname` is missing before Node 20.11.) */
export const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Machine-local, ignored by git: the fallback Electron, locks and notes about what failed. */
export const runtimeDir = join(rootDir, '.runtime')

/** Where builds go: `main/`, `preload/`, `renderer/`, `demo/`. */
export const outDir = join(rootDir, 'out')

export const modulesDir = join(rootDir, 'node_modules')
