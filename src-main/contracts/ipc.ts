/** Names of the messages between Electron main and its windows, and of the schemas on the engine's port. */

/** One ipc channel for each kind of window; the window's schema runs over it in both directions. */
export const WINDOW_CHANNELS = {
  tray: 'powerswarm:tray',
  screensaver: 'powerswarm:screensaver',
} as const
export type WindowKind = keyof typeof WINDOW_CHANNELS

/** Carries the one MessagePort from main to a slot window's preload. */
export const SLOT_PORT_CHANNEL = 'slot-port'
/** What the slot's preload posts to its page, with the MessagePort in `event.ports[0]`. */
export const SLOT_PORT_MESSAGE = 'powerswarm:slot-port'

/** Schemas that share the port between main and the engine: `channel(port, name)` of contracts/ports.ts. */
export const ENGINE_CHANNELS = {
  /** donorEngineSchema, served by the engine. */
  engine: 'engine',
  /** slotHostSchema, served by main. */
  slotHost: 'slot-host',
} as const
