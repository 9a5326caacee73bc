import { BrowserWindow, MessageChannelMain, session, type Session } from 'electron'
import { join } from 'node:path'
import { SLOT_PORT_CHANNEL } from '../../contracts/ipc.ts'
import { connect, type Client } from '../../contracts/rpc.ts'
import { slotSchema, type SlotSchema } from '../../contracts/slot.ts'
import type { SlotPriority } from '../../contracts/slot-host.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import type { AppPaths } from '../app-paths.ts'
import { SLOT_RULES, serveScheme, slotPages } from '../scheme.ts'
import { SAFE_PREFERENCES, hardenSession, severSession } from '../security.ts'
import { lowerPriority } from './low-priority.ts'
import { messagePort } from './message-port.ts'

/** One hidden renderer that runs units, alone in its process, its session and its origin. */
export interface SlotWindow {
  /** Operating system process of the renderer. */
  readonly pid: number
  /** What the system allowed when the slot was opened. */
  readonly priority: SlotPriority
  readonly program: Client<SlotSchema>
  /** Calls back once when the renderer is gone, at once if it already is. */
  onClosed(listener: (reason: string) => void): void
  /** Ends the process at once. */
  kill(): void
}

let opened = 0

/**
 * Opens slot number `slot` and waits until its page holds its port.
 * Rejects with `slot-failed` when the page cannot be loaded or its process is gone before that.
 */
export async function openSlotWindow(slot: number, paths: AppPaths): Promise<SlotWindow> {
  const window = new BrowserWindow({
    show: false,
    width: 1,
    height: 1,
    focusable: false,
    skipTaskbar: true,
    paintWhenInitiallyHidden: false,
    webPreferences: {
      ...SAFE_PREFERENCES,
      session: await slotSession(slot, paths.rendererDir),
      preload: join(paths.preloadDir, 'slot.cjs'),
      // A hidden page's timers would slow down, and with them the beats that prove it is alive.
      backgroundThrottling: false,
      images: false,
      webgl: false,
    },
  })
  const closed = closedLatch(window)
  const { webContents } = window
  webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  try {
    await window.loadURL(`${slotPages(slot)}slot/index.html`)
  } catch (error) {
    if (!window.isDestroyed()) window.destroy()
    throw new PowerswarmError('slot-failed', `The page of slot ${String(slot)} did not load`, {
      cause: error,
    })
  }
  const pid = webContents.getOSProcessId()
  const channel = new MessageChannelMain()
  webContents.postMessage(SLOT_PORT_CHANNEL, undefined, [channel.port2])
  const priority = await lowerPriority(pid)
  const port = messagePort(channel.port1)
  const program = connect(slotSchema, port)
  closed.onClosed(() => program.close())
  const end = (reason: string): void => {
    closed.trip(reason)
    endProcess(pid)
    if (!window.isDestroyed()) window.destroy()
  }
  // A page gives its port up when its runner thread failed: then the slot is of no use.
  port.onClose(() => end('its page gave up'))
  return { pid, priority, program, onClosed: closed.onClosed, kill: () => end('killed') }
}

/** A fresh session in memory for each slot ever opened: nothing outlives the slot, and nothing is shared. */
async function slotSession(slot: number, rendererDir: string): Promise<Session> {
  opened += 1
  const fresh = session.fromPartition(`slot-${String(opened)}`, { cache: false })
  hardenSession(fresh, [slotPages(slot)])
  await severSession(fresh)
  serveScheme(fresh.protocol, SLOT_RULES, rendererDir)
  return fresh
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It was gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function closedLatch(window: BrowserWindow) {
  const listeners = new Set<(reason: string) => void>()
  let reason: string | undefined
  const trip = (why: string): void => {
    if (reason !== undefined) return
    reason = why
    for (const listener of listeners) listener(why)
    listeners.clear()
  }
  window.webContents.on('render-process-gone', (_event, details) => {
    trip(`its process ended: ${details.reason}`)
    if (!window.isDestroyed()) window.destroy()
  })
  window.on('closed', () => trip('its window was closed'))
  return {
    trip,
    onClosed: (listener: (reason: string) => void): void => {
      if (reason === undefined) listeners.add(listener)
      else listener(reason)
    },
  }
}
