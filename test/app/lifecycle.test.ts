import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { childrenOf } from '../support/processes.ts'
import { isAlive, waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

/** The built engine, as donors run it. */
const REAL_ENGINE = { env: { POWERSWARM_ENGINE: '' } }

test('Quit leaves no process behind', async ({ launch, trayHost }) => {
  const app = await launch(REAL_ENGINE)
  const item = await trayHost.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
  const processes = [app.pid, ...childrenOf(app.pid)]
  expect(processes.length).toBeGreaterThan(2)
  const closed = app.electron.waitForEvent('close')
  await item.choose('Quit')
  await closed
  await waitUntil('the end of every process', () => !processes.some(isAlive))
})

test('an app that is told to terminate ends in order', async ({ launch, trayHost }) => {
  const app = await launch(REAL_ENGINE)
  const item = await trayHost.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
  const processes = [app.pid, ...childrenOf(app.pid)]
  const engine = processes.find((pid) =>
    readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('--engine-options'),
  )
  const exit = once(app.electron.process(), 'exit').then(([status]) => ({
    status: status as number,
    engineIsGone: engine !== undefined && !isAlive(engine),
  }))
  process.kill(app.pid, 'SIGTERM')
  expect(await exit).toEqual({ status: 0, engineIsGone: true })
  await waitUntil('the end of every process', () => !processes.some(isAlive))
})

test('an app that is killed takes its engine with it', async ({ launch, trayHost }) => {
  const app = await launch(REAL_ENGINE)
  const item = await trayHost.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
  const processes = childrenOf(app.pid)
  process.kill(app.pid, 'SIGKILL')
  await waitUntil('the end of every process', () => !processes.some(isAlive))
})

test('an app that hears that the system shuts down makes it wait and ends in order', async ({
  launch,
  trayHost,
}) => {
  const app = await launch(REAL_ENGINE)
  const item = await trayHost.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
  const processes = [app.pid, ...childrenOf(app.pid)]
  const exit = once(app.electron.process(), 'exit')
  const waits = await app.electron.evaluate(({ powerMonitor }) => {
    let isAsked = false
    const event = { preventDefault: () => (isAsked = true) }
    powerMonitor.emit('shutdown', event)
    return isAsked
  })
  expect(waits).toBe(true)
  expect(await exit).toEqual([0, null])
  await waitUntil('the end of every process', () => !processes.some(isAlive))
})
