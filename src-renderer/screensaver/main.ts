import { mount } from 'svelte'
import { screensaverApi } from '../lib/api.ts'
import { CalmSource, holdWhileHidden } from '../lib/state/calm-source.ts'
import { LiveState } from '../lib/state/live-state.svelte.ts'
import '../lib/styles/tokens.css'
import '../lib/styles/base.css'
import App from './App.svelte'
import './screensaver.css'

/** Like a second hand: calm, and a fiftieth of a core where the picture is drawn without a graphics card. */
const DRAWING_EVERY_MS = 1000

const api = screensaverApi()
const source = new CalmSource(api, DRAWING_EVERY_MS)
holdWhileHidden(source)
const live = new LiveState(source)
void live.start()

mount(App, {
  target: document.body,
  props: {
    live,
    ondismiss: () => {
      // The shell ends this page; when it is gone already there is nothing left to tell.
      api.dismiss().catch(() => undefined)
    },
  },
})
