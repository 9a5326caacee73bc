import * as v from 'valibot'
import type { DonorState } from './donor-state.ts'
import { call, notice, nothing } from './rpc.ts'
import { linkValue } from './values.ts'

/** Between Electron main (serves) and its windows. One schema per window: a window can ask only for what it shows. */

/** What only the shell knows. */
export interface ShellView {
  readonly version: string
  /** `Electron 45.4.1` or the fallback runtime, said plainly. */
  readonly runtime: string
  /** A banner that cannot be hidden, for instance when units run without a sandbox by an override. */
  readonly warning?: string
  /** The source that tells whether somebody is here. */
  readonly presenceSource: string
  /** Text of an engine that failed to start or died, until it is back. */
  readonly engineTrouble?: string
}

/** The donor's state is absent until the engine has answered for the first time. */
export interface WindowState {
  readonly shell: ShellView
  readonly donor?: DonorState
}
const windowState = v.custom<WindowState>((raw) => typeof raw === 'object' && raw !== null && 'shell' in raw)

export const trayWindowSchema = {
  state: call<void, WindowState>(nothing),
  setPaused: call<{ paused: boolean }, void>(v.object({ paused: v.boolean() })),
  startScreensaver: call<void, void>(nothing),
  /** Rejects with `bad-link` and a message for the person. */
  joinProject: call<{ link: string }, void>(v.object({ link: linkValue })),
  leaveProject: call<{ projectKey: string }, void>(v.object({ projectKey: v.string() })),
  hide: call<void, void>(nothing),
  quit: call<void, void>(nothing),
  changed: notice<WindowState>(windowState),
}
export type TrayWindowSchema = typeof trayWindowSchema

export const screensaverSchema = {
  state: call<void, WindowState>(nothing),
  /** A key, a click, or real travel of the pointer: ends the screensaver. */
  dismiss: call<void, void>(nothing),
  changed: notice<WindowState>(windowState),
}
export type ScreensaverSchema = typeof screensaverSchema
