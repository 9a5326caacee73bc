// Goes into resources/default_app.asar of the fallback runtime, in place of the one Electron ships:
//   electron [switches] [-r module]... <app folder or file> [arguments]
// Keep it free of project imports; it runs from inside the runtime.
import { app } from 'electron'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @param {string[]} argv */
function readArguments(argv) {
  /** @type {string[]} */
  const required = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]
    if (word === '-v' || word === '--version') return { required, printed: `v${process.versions.electron}` }
    if (word === '-a' || word === '--abi') return { required, printed: process.versions.modules }
    if (word === '-r' || word === '--require') required.push(argv[++i])
    else if (!word.startsWith('-')) return { required, target: resolve(word) }
  }
  return { required }
}

const { required, printed, target } = readArguments(process.argv.slice(1))
if (printed !== undefined) {
  console.log(printed)
  process.exit(0)
}
if (target === undefined) {
  console.error('usage: electron [switches] [-r module] <app folder or file> [arguments]')
  process.exit(1)
}

const require = createRequire(join(process.cwd(), 'electron'))
for (const module of required) require(module)

Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
const manifestPath = join(target, 'package.json')
const hasManifest = existsSync(manifestPath)
if (hasManifest) {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.productName ?? manifest.name) app.setName(manifest.productName ?? manifest.name)
  app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`)
}
const entry = require.resolve(target)
app.setAppPath(hasManifest ? target : dirname(entry))
// The top-level await keeps 'ready' back until the app's own code has run.
await import(pathToFileURL(entry).href)
