import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../setup/lock.mjs'
import { outDir, rootDir } from '../setup/paths.mjs'
import { hashOfTrees, isStamped, writeStamp } from '../setup/stamp.mjs'

const ENTRIES = {
  'slot-node-host': 'src-main/slot/node-host.ts',
  'slot-node-worker': 'src-main/slot/node-worker.ts',
}

/** What a slot may consist of, and how it is built. */
const SOURCES = [
  'src-main/slot',
  'src-main/toolchain',
  'src-main/contracts',
  'src-main/domain',
  'package-lock.json',
  'scripts/build/slot-host.mjs',
]

const mainDir = join(outDir, 'main')

/** Beside the files it speaks of: the app's build empties the folder. */
const stampPath = join(mainDir, '.slot-host.built')

/**
 * Builds the headless slot into out/main/ when a source changed: each entry that exists as one file without imports
 * but Node's own, for it runs where it may read nothing but itself. Needs Node 24.
 * @param {(line: string) => void} log
 */
export async function ensureSlotHostBuilt(log) {
  if (isStamped(stampPath, sourcesHash())) return
  await withLock('build-slot-host', async () => {
    const hash = sourcesHash()
    if (isStamped(stampPath, hash)) return
    log('building the headless slot')
    for (const [name, source] of Object.entries(ENTRIES)) {
      if (existsSync(join(rootDir, source))) await buildAlone(name, join(rootDir, source))
    }
    writeStamp(stampPath, hash)
  })
}

function sourcesHash() {
  return hashOfTrees(SOURCES.map((path) => join(rootDir, path)))
}

/**
 * @param {string} name
 * @param {string} source
 */
async function buildAlone(name, source) {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root: rootDir,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: source,
      outDir: mainDir,
      emptyOutDir: false,
      target: 'node20.18',
      minify: false,
      sourcemap: false,
      rolldownOptions: {
        output: { format: 'es', entryFileNames: `${name}.js`, codeSplitting: false },
      },
    },
  })
}
