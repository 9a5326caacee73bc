import { readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COVERED, LAYERS, type Layer } from './table.ts'
import { TOP_LEVEL } from './top-level.ts'
import { tableFaults, violations, type SourceFile } from './violations.ts'

const root = join(import.meta.dirname, '../..')

/** Made by tools and ignored by git. */
const GENERATED = ['.git', '.runtime', 'dist', 'node_modules', 'out']

function sources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
}

describe('layers', () => {
  it('has a table in which no row contains another without listing it', () => {
    expect(tableFaults(LAYERS)).toEqual([])
  })

  it.each(COVERED)('every file of %s is in a layer and imports only what its layer allows', (folder) => {
    expect(violations(sources(folder), LAYERS)).toEqual([])
  })

  it('the top folder holds nothing that is not on its list', () => {
    const present = readdirSync(root).filter((name) => !GENERATED.includes(name))
    expect(present.filter((name) => !TOP_LEVEL.includes(name))).toEqual([])
  })
})

describe('the rules catch', () => {
  const bad: [string, string, string, RegExp][] = [
    ['a file in no layer', 'src-main/shared/helper.ts', '', /in no layer/],
    ['a file in an adapter without a row', 'src-main/engine/adapters/new/x.ts', '', /in no layer/],
    ['a file in a new folder of a files-only row', 'src-main/slot/extra/x.ts', '', /in no layer/],
    ['an ending that is not listed', 'src-main/domain/x.js', '', /ending/],
    ['a text file that could be loaded', 'src-main/main/x.json', '', /ending/],
    [
      'an import of another layer',
      'src-main/domain/x.ts',
      `import { a } from '../contracts/ui.ts'`,
      /contracts\/ui/,
    ],
    ['an import of a side effect', 'src-main/domain/x.ts', `import '../contracts/ui.ts'`, /contracts\/ui/],
    ['a re-export', 'src-main/domain/x.ts', `export * from '../contracts/ui.ts'`, /contracts\/ui/],
    ['a type import', 'src-main/domain/x.ts', `import type { A } from '../contracts/ui.ts'`, /\(type\)/],
    ['an import type', 'src-main/domain/x.ts', `type A = import('../contracts/ui.ts').A`, /\(type\)/],
    ['import =', 'src-main/domain/x.ts', `import a = require('../contracts/ui.ts')`, /import = of/],
    ['require', 'src-main/domain/x.ts', `const a = require('node:fs')`, /require of node:fs/],
    [
      'require by another name',
      'src-main/main/x.ts',
      `const r = createRequire(import.meta.url)`,
      /createRequire/,
    ],
    ['getBuiltinModule', 'src-main/domain/x.ts', `process.getBuiltinModule('node:fs')`, /node:fs/],
    ['a dynamic import', 'src-main/domain/x.ts', `void import('../contracts/ui.ts')`, /import\(\) of/],
    ['a computed import', 'src-main/main/x.ts', `void import(name)`, /computed/],
    ['a computed template import', 'src-main/main/x.ts', 'void import(`./${name}.ts`)', /computed/],
    ['import.meta.glob', 'src-main/main/x.ts', `import.meta.glob('./*.ts')`, /glob/],
    ['import.meta.resolve', 'src-main/domain/x.ts', `import.meta.resolve('valibot')`, /valibot/],
    ['a module URL', 'src-main/domain/x.ts', `new URL('../contracts/ui.ts', import.meta.url)`, /new URL of/],
    ['a computed module URL', 'src-main/main/x.ts', `new URL(name, import.meta.url)`, /computed/],
    ['a reference directive', 'src-main/domain/x.ts', `/// <reference types="node" />`, /package node/],
    [
      'a reference path',
      'src-main/domain/x.ts',
      `/// <reference path="../contracts/ui.ts" />`,
      /contracts\/ui/,
    ],
    ['importScripts', 'src-renderer/slot/worker.ts', `importScripts('../lib/a.ts')`, /lib\/a/],
    ['a builtin outside the row', 'src-main/slot/node-host.ts', `import 'node:fs'`, /node:fs/],
    ['a builtin without its prefix', 'src-main/main/x.ts', `import 'fs'`, /without node:/],
    ['a package for scripts', 'src-main/contracts/wire/x.ts', `import h from 'hyperschema'`, /hyperschema/],
    ['a package outside the row', 'src-main/main/x.ts', `import v from 'valibot'`, /package valibot/],
    ['a lookalike package', 'src-main/main/x.ts', `import v from 'electron-store'`, /electron-store/],
    ['a remote module', 'src-main/main/x.ts', `import 'https://example.org/x.js'`, /https/],
    ['an import of no layer', 'src-main/main/x.ts', `import '../../package.json'`, /in no layer/],
    [
      'an adapter that imports another',
      'src-main/engine/adapters/host/x.ts',
      `import '../hyper/a.ts'`,
      /hyper\/a/,
    ],
    [
      'a role that imports an adapter',
      'src-main/engine/roles/donor/x.ts',
      `import '../../adapters/host/a.ts'`,
      /host/,
    ],
    [
      'main that imports the engine',
      'src-main/main/x.ts',
      `import '../engine/create-engine.ts'`,
      /create-engine/,
    ],
    [
      'a renderer that imports a value',
      'src-renderer/tray/x.ts',
      `import { a } from '../../src-main/domain/a.ts'`,
      /domain/,
    ],
    [
      'an inline type import that stays at run time',
      'src-renderer/tray/x.ts',
      `import { type A } from '../../src-main/domain/a.ts'`,
      /domain/,
    ],
    ['a component', 'src-renderer/tray/A.svelte', `<script lang="ts">import 'valibot'</script>`, /valibot/],
    [
      'a second script of a component',
      'src-renderer/tray/A.svelte',
      `<script module>let a</script><script>import 'valibot'</script>`,
      /valibot/,
    ],
    ['an import in markup', 'src-renderer/tray/A.svelte', `{#await import('valibot')}{/await}`, /markup/],
    ['a script tag', 'src-renderer/tray/index.html', `<script src="../slot/main.ts"></script>`, /slot\/main/],
    [
      'an absolute script tag',
      'src-renderer/tray/index.html',
      `<script src=/slot/main.ts></script>`,
      /slot\/main/,
    ],
    ['an inline script', 'src-renderer/tray/index.html', `<script>import 'valibot'</script>`, /valibot/],
    ['a remote link', 'src-renderer/tray/index.html', `<link rel="x" href="https://example.org/x">`, /https/],
    ['a style import', 'src-renderer/tray/a.css', `@import '../slot/a.css';`, /slot\/a/],
    [
      'a remote style',
      'src-renderer/tray/a.css',
      `a { background: url(https://example.org/x.png) }`,
      /https/,
    ],
    [
      'a style of a component',
      'src-renderer/tray/A.svelte',
      `<style>@import "../slot/a.css";</style>`,
      /slot\/a/,
    ],
    ['set-up that needs a package', 'scripts/setup/x.mjs', `import 'vite'`, /vite/],
    ['a script that imports the app', 'scripts/x.mjs', `import '../src-main/domain/a.ts'`, /domain/],
  ]

  it.each(bad)('%s', (_, path, text, message) => {
    const found = violations([{ path, text }], LAYERS)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
  })

  const good: [string, string][] = [
    ['src-main/contracts/ui.ts', `import type { A } from '../domain/a.ts'\nimport * as v from 'valibot'`],
    ['src-main/contracts/wire/x.ts', `import { c } from './runtime.ts'\nimport './spec/index.js'`],
    ['src-main/main/x.ts', `import { app } from 'electron'\nimport { join } from 'node:path'`],
    ['src-main/main/window.ts', `const base = new URL(path, 'app://tray')`],
    ['src-renderer/tray/x.ts', `import type { A } from '../../src-main/domain/a.ts'`],
    ['src-renderer/slot/main.ts', `new Worker(new URL('./worker.ts', import.meta.url))`],
    ['src-renderer/tray/index.html', `<script type="module" src="./main.ts"></script>`],
    ['src-renderer/tray/a.css', `a { fill: url(#gradient) } /* @import 'x' */`],
    ['src-main/domain/tsconfig.json', `{ "extends": "../../tsconfig.base.json" }`],
  ]

  it.each(good)('nothing in %s when it keeps the rules', (path, text) => {
    expect(violations([{ path, text }], LAYERS)).toEqual([])
  })

  it('a row that contains another without listing it, and rows that do not exist', () => {
    const table: Layer[] = [
      { at: 'a', layers: ['z'] },
      { at: 'a/b' },
      { at: 'c', contains: ['d'] },
      { at: 'c' },
    ]
    expect(tableFaults(table)).toEqual([
      'a place has two rows',
      'a contains a/b without listing it',
      'a allows z, no row',
      'c lists d, which is not below it',
    ])
  })
})
