import { runtimeLine } from './setup/ensure-ready.mjs'
import { prepare } from './setup/prepare.mjs'

await prepare()
console.log(runtimeLine())
const { launchApp } = await import('./electron/launch.mjs')
process.exitCode = await launchApp(process.argv.slice(2))
