import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { builtDemoDir, demoNames } from '../../scripts/build/demo.mjs'
import { builtDemo } from '../support/build.ts'

describe('the example apps', () => {
  it('are those in AssemblyScript: what other languages make is not compiled at set-up', () => {
    expect(demoNames().sort()).toEqual(['mersenne', 'tiles'])
  })

  it('lie side by side where the app looks for what it may always compute', async () => {
    await builtDemo('tiles')
    const modules = readdirSync(builtDemoDir).filter((name) => name.endsWith('.wasm'))
    expect(modules.sort()).toEqual(['mersenne.wasm', 'tiles.wasm'])
  }, 30_000)
})
