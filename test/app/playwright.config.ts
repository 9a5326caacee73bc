import { defineConfig } from '@playwright/test'

// One app at a time: each has its own display, bus and data folder, but timing is part of what is tested.
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../results/app',
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 5_000 },
})
