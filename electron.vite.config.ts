import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type UserConfig } from 'electron-vite'
import type { Plugin } from 'vite'

// The floor is the fallback runtime (Electron 33); Electron's own is newer.
const MAIN_TARGET = 'node20.18'
const RENDERER_TARGET = 'chrome130'

const at = (path: string): string => join(import.meta.dirname, path)

/** Entry name to absolute source path. A source that is missing fails the build. */
function entries(sources: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(sources).map(([name, path]) => [name, at(path)]))
}

// The headless slot (src-main/slot/node-host.ts) is not among them: it must be one self-contained file and is built
// by scripts/build/slot-host.mjs.
const mainEntries = entries({
  index: 'src-main/main/index.ts',
  engine: 'src-main/engine/index.ts',
  cli: 'src-main/cli/index.ts',
  'signature-worker': 'src-main/engine/adapters/hyper/signature-worker.ts',
})
const preloadEntries = entries({
  tray: 'src-main/preload/tray.ts',
  screensaver: 'src-main/preload/screensaver.ts',
  slot: 'src-main/preload/slot.ts',
})
const rendererEntries = entries({
  tray: 'src-renderer/tray/index.html',
  screensaver: 'src-renderer/screensaver/index.html',
  slot: 'src-renderer/slot/index.html',
})

const main: NonNullable<UserConfig['main']> = {
  build: {
    outDir: at('out/main'),
    target: MAIN_TARGET,
    minify: false,
    sourcemap: true,
    // `dependencies` stay in node_modules (some are native); devDependencies are bundled.
    externalizeDeps: true,
    rolldownOptions: {
      input: mainEntries,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
}

const preload: NonNullable<UserConfig['preload']> = {
  build: {
    outDir: at('out/preload'),
    target: MAIN_TARGET,
    minify: false,
    // A sandboxed preload is one CommonJS file: it can load neither chunks nor packages.
    isolatedEntries: true,
    externalizeDeps: false,
    rolldownOptions: {
      input: preloadEntries,
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
}

/** Port of the development server; the pages' own address is `app://powerswarm`, so its client must be told. */
const DEV_PORT = 5173

/** In development the pages come through the app's scheme from the server, whose client wants a socket and inline styles. */
const relaxPolicyInDevelopment: Plugin = {
  name: 'relax-policy-in-development',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html
      .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
      .replace(
        "default-src 'none'",
        `default-src 'none'; connect-src 'self' ws://localhost:${String(DEV_PORT)}`,
      ),
}

const EMPTY_MODULE = '\0empty'

/** What a library would load if it ran in Node, which it does not. */
const withoutNode: Plugin = {
  name: 'without-node',
  enforce: 'pre',
  resolveId: (id) => (id === 'node:module' ? EMPTY_MODULE : undefined),
  load: (id) => (id === EMPTY_MODULE ? 'export {}' : undefined),
}

const renderer: NonNullable<UserConfig['renderer']> = {
  root: at('src-renderer'),
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: at('svelte.config.js') }), relaxPolicyInDevelopment],
  server: { port: DEV_PORT, strictPort: true, hmr: { protocol: 'ws', host: 'localhost', port: DEV_PORT } },
  worker: {
    format: 'es',
    plugins: () => [withoutNode],
    // 13 MB of it are a library that is small already.
    rolldownOptions: { output: { minify: false } },
  },
  build: {
    outDir: at('out/renderer'),
    target: RENDERER_TARGET,
    modulePreload: { polyfill: false },
    // Pages come from the app's own scheme under a strict CSP, which has no data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: { input: rendererEntries },
  },
}

export default defineConfig({ main, preload, renderer })
