import { render } from 'svelte/server'
import { expect, it } from 'vitest'
import type { WindowState } from '../../../src-main/contracts/ui.ts'
import type { TrayApi } from '../../../src-renderer/lib/api.ts'
import { LiveState } from '../../../src-renderer/lib/state/live-state.svelte.ts'
import App from '../../../src-renderer/tray/App.svelte'
import { FIXTURE_STATES, type FixtureName } from '../../support/fixture-states.ts'

/** The window's markup in a state, as the server renderer writes it. */
async function shown(state: WindowState): Promise<string> {
  const never = async (): Promise<never> => {
    throw new Error('a view asks for nothing by itself')
  }
  const api: TrayApi = {
    state: async () => state,
    on: () => () => undefined,
    setPaused: never,
    startScreensaver: never,
    joinProject: never,
    leaveProject: never,
    hide: never,
    quit: never,
  }
  const live = new LiveState(api)
  await live.start()
  return render(App, { props: { api, live } }).body
}

const STATUS_OF: Readonly<Record<FixtureName, string>> = {
  computing: 'computing',
  'in-use': 'paused',
  'paused-by-donor': 'paused',
  waiting: 'waiting',
  offline: 'offline',
  'cannot-tell': 'cannot-tell',
  empty: 'waiting',
  trouble: 'computing',
  closed: 'waiting',
  starting: 'starting',
  broken: 'starting',
}

it.each(Object.entries(STATUS_OF))(
  'shows the state %s with its status and one main landmark',
  async (name, status) => {
    const html = await shown(FIXTURE_STATES[name as FixtureName])
    expect(html).toContain(`data-status="${status}"`)
    expect(html.match(/<main/g)).toHaveLength(1)
    expect(html.match(/<h1/g)).toHaveLength(1)
  },
)

it('gives the exact fuel beside the rounded credit', async () => {
  const html = await shown(FIXTURE_STATES.computing)
  expect(html).toContain('data-fuel="57310400000000"')
  expect(html).toContain('57,310,400,000,000 fuel')
  expect(html).toContain('>57.31<')
})

it('names each unit’s progress for those who cannot see it', async () => {
  const html = await shown(FIXTURE_STATES.computing)
  expect(html.match(/role="progressbar"/g)).toHaveLength(3)
  expect(html).toContain('aria-label="Prime gaps, primes count 99990000 99991000"')
  expect(html).toContain('aria-valuenow="17"')
  expect(html).toContain('aria-valuetext="Progress unknown"')
})

it('says every trouble', async () => {
  const html = await shown(FIXTURE_STATES.trouble)
  expect(html).toContain('POWERSWARM_ALLOW_UNSANDBOXED')
  expect(html).toContain('Only the built-in demo is computed')
  expect(html).toContain('This project needs a newer Powerswarm')
  expect(await shown(FIXTURE_STATES.broken)).toContain('The data folder is in use')
})

it('offers the one thing that helps', async () => {
  expect(await shown(FIXTURE_STATES.computing)).toMatch(/Pause(<!--.*?-->)?<\/button>/)
  expect(await shown(FIXTURE_STATES['paused-by-donor'])).toMatch(/Resume(<!--.*?-->)?<\/button>/)
  const empty = await shown(FIXTURE_STATES.empty)
  expect(empty).toMatch(/Join(<!--.*?-->)?<\/button>/)
  expect(empty).not.toMatch(/Pause(<!--.*?-->)?<\/button>/)
})

it('never writes text from elsewhere as markup', async () => {
  const state = FIXTURE_STATES.computing
  const [first] = state.donor.results
  const hostile = { ...first!, summary: '<img src=x onerror=alert(1)>' }
  const html = await shown({ ...state, donor: { ...state.donor, results: [hostile] } })
  expect(html).not.toContain('<img')
})

it('says that a project is closed, and that nothing is wrong', async () => {
  const html = await shown(FIXTURE_STATES.closed)
  expect(html).toContain('Closed by its publisher: there is no more work')
  expect(html).toContain('data-state="closed"')
  expect(html).not.toContain('data-banner')
})
