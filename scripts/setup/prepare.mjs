// Every script of package.json begins here. It runs under whatever Node the machine has and imports only `node:`;
// what needs npm packages is imported after it has returned.
import { ensureReady } from './ensure-ready.mjs'
import { isNode24, restartUnderNode24 } from './node-runtime.mjs'

/** Set for the second process, which need not do set-up again; its value is `<started>,<ms in apt>`. */
const DONE = 'POWERSWARM_SET_UP'

/** @param {string} line */
export const toStandardError = (line) => console.error(line)

/** @param {string} line */
export const toStandardOutput = (line) => console.log(line)

/**
 * Set-up, then Node 24, then (unless told otherwise) the builds. On failure it says why in one message and ends the
 * process with status 1. Nothing is printed when there is nothing to do.
 * @param {{ build?: boolean, log?: (line: string) => void }} [options] `log` defaults to standard output
 * @returns {Promise<{ startedMs: number, aptMs: number }>} when the first process started (Unix time) and the time
 * it spent in apt-get
 */
export async function prepare({ build = true, log = toStandardOutput } = {}) {
  try {
    const earlier = process.env[DONE]
    const times = earlier === undefined ? await setUp(log) : readTimes(earlier)
    delete process.env[DONE]
    if (build) {
      const { ensureBuilt } = await import('../build/ensure-built.mjs')
      await ensureBuilt(log)
    }
    return times
  } catch (error) {
    console.error(`set-up failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  }
}

/** @param {(line: string) => void} log */
async function setUp(log) {
  const startedMs = Date.now()
  const { aptMs } = await ensureReady(log)
  if (!isNode24()) await restartUnderNode24({ ...process.env, [DONE]: `${startedMs},${aptMs}` })
  return { startedMs, aptMs }
}

/** @param {string} text */
function readTimes(text) {
  const [startedMs = 0, aptMs = 0] = text.split(',').map(Number)
  return { startedMs, aptMs }
}
