import { mount } from 'svelte'
import { trayApi } from '../lib/api.ts'
import { CalmSource, holdWhileHidden } from '../lib/state/calm-source.ts'
import { LiveState } from '../lib/state/live-state.svelte.ts'
import '../lib/styles/tokens.css'
import '../lib/styles/base.css'
import App from './App.svelte'

/** The longest that a change waits to be shown. */
const DRAWING_EVERY_MS = 250

const api = trayApi()
const source = new CalmSource(api, DRAWING_EVERY_MS)
holdWhileHidden(source)
const live = new LiveState(source)
void live.start()
mount(App, { target: document.body, props: { api, live } })
