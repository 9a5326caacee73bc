import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorCode } from '../../../../src-main/domain/errors.ts'
import { prepareModule, REWRITER_VERSION } from '../../../../src-main/toolchain/index.ts'
import * as apps from '../../../slot/apps.ts'
import { loopingOverRecursion, mixing } from '../../../slot/savable-apps.ts'
import { builtDemo } from '../../../support/build.ts'
import { HOSTILE_MODULES } from '../../../support/hostile-modules.ts'
import { randomSavableApp } from '../../../support/random-module/random-module.ts'

const OPTIONS = { rewriterVersion: REWRITER_VERSION, memoryLimitBytes: 2 ** 24, checkpoint: true }

/**
 * Of random apps, those whose code becomes what is hard to follow: conditions looked at twice, or chosen between, or
 * that only one mode gets to, writes that are left out or in another order, one of two charges. More: `npm run prove -- checkpoints`.
 */
const SEEDS = [3, 11, 14, 22, 24, 42, 54, 55, 58, 64, 67, 70, 88, 411, 756, 5250, 5927, 7041]

describe('what Asyncify makes of modules', () => {
  it.each(SEEDS)('is shown to be metered as before: random app %i', async (seed) => {
    await expect(prepareModule(randomSavableApp(seed), OPTIONS)).resolves.toBeDefined()
  })

  it.each([
    ['apps for checkpoints', [mixing(3n), loopingOverRecursion]],
    ['small apps', [apps.endless, apps.flooding, apps.counting(5n), apps.hoarding, apps.reporting]],
  ])('is shown to be metered as before: %s', async (_, modules) => {
    for (const module of modules) await expect(prepareModule(module, OPTIONS)).resolves.toBeDefined()
  })

  it.each(['mersenne', 'tiles'] as const)(
    'is shown to be metered as before: the example %s',
    async (name) => {
      const module = new Uint8Array(readFileSync(await builtDemo(name)))
      await expect(prepareModule(module, OPTIONS)).resolves.toBeDefined()
    },
  )

  it(
    'is shown to be metered as before, or refused for what the module is',
    { timeout: 120_000 },
    async () => {
      const ends = new Set<string>()
      for (const { name, build } of HOSTILE_MODULES) {
        const end = await prepareModule(build(), OPTIONS).then(() => 'ok', errorCode)
        ends.add(end)
        expect(end, name).toMatch(/^(ok|module-refused|module-malformed)$/)
      }
      expect([...ends]).toContain('ok')
    },
  )
})
