import { afterEach, expect, it } from 'vitest'
import { portPair } from '../../../../src-main/contracts/ports.ts'
import { connect, serve } from '../../../../src-main/contracts/rpc.ts'
import { trayWindowSchema, type WindowState } from '../../../../src-main/contracts/ui.ts'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import { LiveState } from '../../../../src-renderer/lib/state/live-state.svelte.ts'
import { FIXTURE_STATES } from '../../../support/fixture-states.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A window's api whose shell answers `state` with what `answer` gives. */
function shell(answer: () => Promise<WindowState>) {
  const ports = portPair()
  const unused = (): void => undefined
  const server = serve(trayWindowSchema, ports.a, {
    state: answer,
    setPaused: unused,
    startScreensaver: unused,
    joinProject: unused,
    leaveProject: unused,
    hide: unused,
    quit: unused,
  })
  const api = connect(trayWindowSchema, ports.b)
  closing.push(() => {
    api.close()
    server.close()
    ports.close()
  })
  return { api, server }
}

/** Lets everything cross that is under way between the two ports. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('has nothing to show before the shell has answered, then all of it', async () => {
  const { api } = shell(async () => FIXTURE_STATES.computing)
  const live = new LiveState(api)
  expect(live.shell).toBeUndefined()
  expect(live.donor).toBeUndefined()
  await live.start()
  expect(live.shell?.version).toBe('0.1.0')
  expect(live.donor?.sentence).toBe('Computing 3 units')
})

it('follows the notices', async () => {
  const { api, server } = shell(async () => FIXTURE_STATES.starting)
  const live = new LiveState(api)
  await live.start()
  expect(live.donor).toBeUndefined()
  server.notify('changed', FIXTURE_STATES.waiting)
  await settled()
  expect(live.donor?.sentence).toBe('Waiting for work')
})

it('keeps a notice that overtook the first answer', async () => {
  let answer: (state: WindowState) => void = () => undefined
  const { api, server } = shell(() => new Promise((resolve) => (answer = resolve)))
  const live = new LiveState(api)
  const started = live.start()
  server.notify('changed', FIXTURE_STATES.offline)
  await settled()
  answer(FIXTURE_STATES.starting)
  await started
  expect(live.donor?.status.kind).toBe('offline')
})

it('says why when the shell cannot answer, until the next notice', async () => {
  const { api, server } = shell(async () => {
    throw new PowerswarmError('internal', 'The window was opened too early')
  })
  const live = new LiveState(api)
  await live.start()
  expect(live.trouble).toBe('The window was opened too early')
  server.notify('changed', FIXTURE_STATES.waiting)
  await settled()
  expect(live.trouble).toBeUndefined()
})

it('listens no more after the stop', async () => {
  const { api, server } = shell(async () => FIXTURE_STATES.waiting)
  const live = new LiveState(api)
  await live.start()
  live.stop()
  server.notify('changed', FIXTURE_STATES.offline)
  await settled()
  expect(live.donor?.status.kind).toBe('waiting')
})
