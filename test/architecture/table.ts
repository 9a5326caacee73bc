/** What the files of one place may import. Everything that is not named is forbidden. */
export interface Layer {
  /** A folder, or one file, relative to the top folder. A file belongs to the longest match. */
  readonly at: string
  /** Only files directly in the folder; a sub-folder without a row of its own is in no layer. */
  readonly filesOnly?: boolean
  /** Rows below this one, each listed on purpose. */
  readonly contains?: readonly string[]
  /** Rows it may import from, besides itself. */
  readonly layers?: readonly string[]
  /** Rows it may import types from (`import type`). */
  readonly typesFrom?: readonly string[]
  /** Node's builtins: all, or these. */
  readonly node?: true | readonly string[]
  /** Packages; `name` includes its sub-paths, `name/sub` only those below. */
  readonly npm?: readonly string[]
  /** File name endings beyond the usual ones. */
  readonly endings?: readonly string[]
  /** May load modules by a computed name. */
  readonly computed?: true
}

const DOMAIN = 'src-main/domain'
const CONTRACTS = 'src-main/contracts'
const WIRE = 'src-main/contracts/wire'
const SPEC = 'src-main/contracts/wire/spec'
const CODEC_RUNTIME = 'src-main/contracts/wire/runtime.ts'
const PORTS = 'src-main/engine/ports.ts'
const TOOLCHAIN = 'src-main/toolchain'
const PROGRAM = 'src-main/slot/program'
const CREATE_ENGINE = 'src-main/engine/create-engine.ts'
const VERIFIER = 'src-main/engine/verifier'
const LIB = 'src-renderer/lib'
const ADAPTERS = ['hyper', 'sqlite', 'host', 'inputs', 'slot-host', 'snapshots'].map(
  (name) => `src-main/engine/adapters/${name}`,
)

const ENGINE_PARTS = [PORTS, 'src-main/engine/roles', VERIFIER, ...ADAPTERS]
const FOR_ENGINE = [PORTS, CONTRACTS, WIRE, DOMAIN]

/** Read by people and the compiler; they depend on nothing. */
const OUTSIDE = [
  'src-main/README.md',
  'src-main/tsconfig.json',
  'src-main/web-globals.d.ts',
  'src-main/webassembly.d.ts',
  'src-renderer/README.md',
  'src-renderer/tsconfig.json',
]

/** The dependency table of the architecture, as data. */
export const LAYERS: readonly Layer[] = [
  { at: DOMAIN },
  ...OUTSIDE.map((at) => ({ at })),
  { at: CONTRACTS, contains: [WIRE, SPEC, CODEC_RUNTIME], layers: [DOMAIN], npm: ['valibot'] },
  { at: WIRE, contains: [SPEC, CODEC_RUNTIME], layers: [DOMAIN, SPEC, CODEC_RUNTIME] },
  { at: CODEC_RUNTIME, layers: [DOMAIN], npm: ['compact-encoding'] },
  // Written by the codec generator.
  { at: SPEC, layers: [CODEC_RUNTIME], endings: ['.js', '.json'] },

  {
    at: 'src-main/main',
    contains: ['src-main/main/idle'],
    layers: [CONTRACTS, DOMAIN, 'src-main/main/idle'],
    node: true,
    npm: ['electron', 'electron-updater'],
  },
  {
    at: 'src-main/main/idle',
    layers: [CONTRACTS, DOMAIN, 'src-main/main'],
    node: true,
    npm: ['electron', 'dbus-native'],
  },
  { at: 'src-main/preload', layers: [CONTRACTS], typesFrom: [DOMAIN], npm: ['electron'] },

  {
    at: 'src-main/engine',
    filesOnly: true,
    contains: [CREATE_ENGINE, ...ENGINE_PARTS],
    layers: [CREATE_ENGINE, ...ENGINE_PARTS, CONTRACTS, WIRE, DOMAIN],
    node: true,
  },
  {
    at: CREATE_ENGINE,
    layers: ['src-main/engine', ...ENGINE_PARTS, CONTRACTS, WIRE, DOMAIN],
    node: true,
  },
  { at: PORTS, layers: [CONTRACTS, WIRE, DOMAIN] },
  { at: 'src-main/engine/roles', layers: FOR_ENGINE },
  {
    at: 'src-main/engine/adapters/hyper',
    layers: FOR_ENGINE,
    node: true,
    npm: [
      'hyperswarm',
      'hyperdht',
      'hypercore',
      'corestore',
      'hyperblobs',
      'blind-relay',
      'protomux',
      'protomux-rpc',
      'hypercore-crypto',
      'compact-encoding',
    ],
  },
  {
    at: 'src-main/engine/adapters/sqlite',
    layers: FOR_ENGINE,
    node: true,
    npm: ['better-sqlite3'],
    endings: ['.sql'],
  },
  { at: 'src-main/engine/adapters/host', layers: FOR_ENGINE, node: true, npm: ['systeminformation'] },
  { at: 'src-main/engine/adapters/inputs', layers: FOR_ENGINE, node: true },
  { at: 'src-main/engine/adapters/slot-host', layers: FOR_ENGINE, node: true },
  { at: 'src-main/engine/adapters/snapshots', layers: FOR_ENGINE, node: true },
  // A receipt must be checkable by a reader of this folder and the wire records alone.
  { at: VERIFIER, layers: [WIRE, DOMAIN], npm: ['hypercore-crypto', 'compact-encoding'] },

  { at: PROGRAM, layers: [CONTRACTS, DOMAIN, TOOLCHAIN] },
  {
    at: 'src-main/slot',
    filesOnly: true,
    contains: [PROGRAM],
    layers: [PROGRAM, TOOLCHAIN, CONTRACTS, DOMAIN],
    node: ['node:worker_threads', 'node:process', 'node:v8'],
  },
  {
    at: TOOLCHAIN,
    contains: ['src-main/toolchain/checkpoint/asyncify.ts'],
    layers: [DOMAIN, 'src-main/toolchain/checkpoint/asyncify.ts'],
  },
  { at: 'src-main/toolchain/checkpoint/asyncify.ts', layers: [DOMAIN, TOOLCHAIN], npm: ['binaryen'] },
  {
    at: 'src-main/cli',
    layers: [CONTRACTS, WIRE, DOMAIN, CREATE_ENGINE, VERIFIER, TOOLCHAIN],
    node: true,
    npm: ['commander'],
  },

  { at: LIB, typesFrom: [CONTRACTS, DOMAIN], npm: ['svelte'] },
  { at: 'src-renderer/tray', layers: [LIB], typesFrom: [CONTRACTS, DOMAIN], npm: ['svelte'] },
  { at: 'src-renderer/screensaver', layers: [LIB], typesFrom: [CONTRACTS, DOMAIN], npm: ['svelte'] },
  { at: 'src-renderer/slot', layers: [PROGRAM, CONTRACTS, DOMAIN, TOOLCHAIN] },

  {
    at: 'scripts',
    contains: [
      'scripts/setup',
      'scripts/setup/default-app.mjs',
      'scripts/setup/prepare.mjs',
      'scripts/powerswarm.mjs',
      'scripts/icons/rasterise.mjs',
    ],
    layers: ['scripts/setup', 'scripts/setup/prepare.mjs'],
    node: true,
    npm: ['vite', 'electron-vite', 'vitest', '@playwright/test', 'electron', 'hyperschema'],
    endings: ['.mjs'],
  },
  // Runs before anything is installed.
  {
    at: 'scripts/setup',
    contains: ['scripts/setup/default-app.mjs', 'scripts/setup/prepare.mjs'],
    node: true,
    endings: ['.mjs'],
  },
  { at: 'scripts/setup/prepare.mjs', layers: ['scripts/setup', 'scripts'], node: true, endings: ['.mjs'] },
  {
    at: 'scripts/setup/default-app.mjs',
    node: true,
    npm: ['electron'],
    endings: ['.mjs'],
    computed: true,
  },
  { at: 'scripts/icons/rasterise.mjs', node: true, npm: ['electron'], endings: ['.mjs'] },
  {
    at: 'scripts/powerswarm.mjs',
    layers: ['scripts/setup', 'scripts/setup/prepare.mjs'],
    node: true,
    endings: ['.mjs'],
    computed: true,
  },
]

/** Folders that must be covered by the table. */
export const COVERED = ['src-main', 'src-renderer', 'scripts'] as const

/** Endings any row may have. JSON only as a folder's compiler options. */
export const USUAL_ENDINGS = ['.ts', '.svelte', '.html', '.css', '.md', 'tsconfig.json'] as const
