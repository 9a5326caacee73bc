import { render } from 'svelte/server'
import { expect, it } from 'vitest'
import type { WindowState } from '../../../src-main/contracts/ui.ts'
import { LiveState } from '../../../src-renderer/lib/state/live-state.svelte.ts'
import App from '../../../src-renderer/screensaver/App.svelte'
import { FIXTURE_STATES } from '../../support/fixture-states.ts'

/** The page's markup in a state, as the server renderer writes it. */
async function shown(state: WindowState): Promise<string> {
  const live = new LiveState({ state: async () => state, on: () => () => undefined })
  await live.start()
  return render(App, { props: { live, ondismiss: () => undefined } }).body
}

it.each(Object.entries(FIXTURE_STATES))('draws the state %s', async (_name, state) => {
  const html = await shown(state)
  expect(html.match(/<main/g)).toHaveLength(1)
  expect(html).toContain('<h1')
})

it('shows each unit of this machine with its arguments and how far it is', async () => {
  const html = await shown(FIXTURE_STATES.computing)
  expect(html.match(/data-unit=/g)).toHaveLength(3)
  expect(html).toContain('count 99990000 99991000')
  expect(html).toContain('17 %')
  expect(html).toContain('Computing 3 units')
})

it('lights up verified results only', async () => {
  const html = await shown(FIXTURE_STATES.computing)
  const verified = FIXTURE_STATES.computing.donor.results.filter((result) => result.state === 'verified')
  expect(html.match(/class="halo/g)).toHaveLength(verified.length)
})

it('does not say that it computes while the engine is gone', async () => {
  const { shell, donor } = FIXTURE_STATES.computing
  const html = await shown({ shell: { ...shell, engineTrouble: 'gone' }, donor })
  expect(html).toContain('Not computing')
  expect(html).not.toContain('Computing 3 units')
})
