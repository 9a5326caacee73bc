import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { electronPath } from '../../scripts/setup/electron-runtime.mjs'
import { rootDir } from '../../scripts/setup/paths.mjs'
import { bundleForElectron } from '../support/bundle.ts'
import { appEnvironment } from '../support/launch-app.ts'
import { ENGINE_PROCESS_CHECKS } from '../main/engine-process/engine-process-checks.ts'
import { expect, test } from './app-test.ts'

test('a utility process does what every engine process must', async ({ display }) => {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-utility-'))
  const fixtures = join(rootDir, 'test/fixtures/engine')
  const engine = await bundleForElectron(join(fixtures, 'test-engine.ts'), folder, 'test-engine')
  const main = await bundleForElectron(join(fixtures, 'utility-main.ts'), folder, 'utility-main')
  const electron = spawn(electronPath(), ['--disable-gpu', main], {
    env: appEnvironment({ display, env: { TEST_ENGINE_BUNDLE: engine } }, folder),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  electron.stdout.on('data', (piece) => (output += String(piece)))
  const [status] = (await once(electron, 'close')) as [number]
  rmSync(folder, { recursive: true, force: true })
  const results = output
    .split('\n')
    .filter((line) => line.startsWith('check '))
    .map((line) => JSON.parse(line.slice(6)) as unknown)
  expect(results).toEqual(ENGINE_PROCESS_CHECKS.map(({ name }) => ({ name, failure: null })))
  expect(status).toBe(0)
})
