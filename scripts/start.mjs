import { runtimeLine } from './setup/ensure-ready.mjs'
import { prepare } from './setup/prepare.mjs'

const times = await prepare()
console.log(runtimeLine())
const { runDemo } = await import('./demo.mjs')
process.exitCode = await runDemo(times)
