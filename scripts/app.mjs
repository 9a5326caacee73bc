import { runtimeLine } from './setup/ensure-ready.mjs'
import { prepare } from './setup/prepare.mjs'

await prepare()
console.log(runtimeLine())
const { launchApp } = await import('./electron/launch.mjs')
// Whoever types this wants to see it; by itself the app starts in the tray.
process.env.POWERSWARM_SHOW_WINDOW ??= '1'
process.exitCode = await launchApp(process.argv.slice(2))
