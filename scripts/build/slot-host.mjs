import { join } from 'node:path'
import { withLock } from '../setup/lock.mjs'
import { outDir, rootDir } from '../setup/paths.mjs'
import { hashOfTrees, isStamped, writeStamp } from '../setup/stamp.mjs'

const ENTRY = 'src-main/slot/node-host.ts'
const NAME = 'slot-node-host'

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
 * Builds the headless slot into out/main/ when a source changed: a file without imports but Node's own, and beside it
 * the library that makes checkpoints; it runs where it may read nothing but these. Needs Node 24.
 * @param {(line: string) => void} log
 */
export async function ensureSlotHostBuilt(log) {
  if (isStamped(stampPath, sourcesHash())) return
  await withLock('build-slot-host', async () => {
    const hash = sourcesHash()
    if (isStamped(stampPath, hash)) return
    log('building the headless slot')
    await buildAlone()
    writeStamp(stampPath, hash)
  })
}

function sourcesHash() {
  return hashOfTrees(SOURCES.map((path) => join(rootDir, path)))
}

async function buildAlone() {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root: rootDir,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: join(rootDir, ENTRY),
      outDir: mainDir,
      emptyOutDir: false,
      target: 'node20.18',
      minify: false,
      sourcemap: false,
      rolldownOptions: {
        output: {
          format: 'es',
          entryFileNames: `${NAME}.js`,
          // The one thing that is loaded later, and only by slots that need it; named in slot-host/confinement.ts.
          chunkFileNames: `${NAME}.[name].js`,
        },
      },
    },
  })
}
