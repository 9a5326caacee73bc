import { join } from 'node:path'
import { build } from 'vite'

/**
 * Bundles a TypeScript entry for the Node inside the oldest Electron, which runs no TypeScript.
 * @param outDir an existing folder
 * @returns the bundle's path
 */
export async function bundleForElectron(entryPath: string, outDir: string, name: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entryPath,
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      rolldownOptions: { external: ['electron'], output: { entryFileNames: `${name}.mjs` } },
    },
    ssr: { noExternal: true },
  })
  return join(outDir, `${name}.mjs`)
}
