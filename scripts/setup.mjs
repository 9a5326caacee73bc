import { runtimeLine } from './setup/ensure-ready.mjs'
import { prepare } from './setup/prepare.mjs'

const { startedMs, aptMs } = await prepare()
const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1)
console.log(runtimeLine())
console.log(
  `ready after ${seconds(Date.now() - startedMs)} s${aptMs > 0 ? `, ${seconds(aptMs)} s of it in apt` : ''}`,
)
