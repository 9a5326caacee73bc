import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const elsewhere = ['test/network/**', 'test/renderer/**', 'test/app/**', 'test/bench/**', 'test/prove/**']

// `npm test` sets up and builds first. A test that runs a built file asks test/support/build.ts for it, which builds
// it when it is out of date, so single files can be run alone.
export default defineConfig({
  test: {
    // Native modules and child processes want processes of their own; two cores are what we can count on.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: elsewhere },
      },
      {
        extends: true,
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: { name: 'renderer', include: ['test/renderer/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'network',
          include: ['test/network/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
