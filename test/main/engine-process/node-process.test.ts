import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findEngineNode, startNodeProcess } from '../../../src-main/main/engine-process/node-process.ts'
import { ENGINE_PROCESS_CHECKS, TEST_OPTIONS } from './engine-process-checks.ts'

const enginePath = join(import.meta.dirname, '../../fixtures/engine/test-engine.ts')

for (const check of ENGINE_PROCESS_CHECKS)
  test(`a Node process ${check.name}`, async () => {
    await check.run(() => startNodeProcess(process.execPath, enginePath, TEST_OPTIONS))
  })

test('reports a Node that is not there as an engine that ended', async () => {
  const engine = startNodeProcess('/nowhere/node', enginePath, TEST_OPTIONS)
  const exit = await new Promise<unknown>((done) => {
    engine.onExit(done)
  })
  expect(exit).toMatchObject({ status: undefined, lastWords: expect.stringContaining('ENOENT') as string })
  await engine.stop()
})

test('finds no Node where there is none', () => {
  expect(findEngineNode({}, '/nowhere', '/nowhere/resources')).toBeUndefined()
  expect(findEngineNode({ POWERSWARM_NODE: process.execPath }, '/nowhere', '/nowhere')).toBe(process.execPath)
})
