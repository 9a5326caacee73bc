import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { createNodeSlotHost, type NodeSlotHostInit } from './adapters/slot-host/node-slot-host.ts'
import type { SlotHost } from './ports.ts'

/** Beside the built engine, in its chunks' parent folder, or where a build puts it when the sources run themselves. */
const PROGRAM_PLACES = ['slot-node-host.js', '../slot-node-host.js', '../../out/main/slot-node-host.js']

/** What the programs that open slots choose; see {@link NodeSlotHostInit}. */
export type NodeSlotsInit = Pick<NodeSlotHostInit, 'requireIsolation' | 'background' | 'log'>

/** Slots as child processes of this Node. Throws `isolation-unavailable` when isolation is required and not there. */
export function openNodeSlotHost(init: NodeSlotsInit = {}): Promise<SlotHost> {
  return createNodeSlotHost({ execPath: process.execPath, programPath: slotProgramPath(), ...init })
}

/** Slots for units that a person waits for. */
export function openForegroundSlots(): Promise<SlotHost> {
  return openNodeSlotHost({ background: false })
}

/** What a publisher needs of a slot host, started when it is used for the first time: most commands never do. */
export function lazySlots(start: () => Promise<SlotHost> = openForegroundSlots): SlotHost {
  let starting: Promise<SlotHost> | undefined
  return {
    // A publisher runs its own apps; it is donors who are judged by their isolation.
    isolation: { sandboxed: false, note: 'not started' },
    open: async (slot) => {
      starting ??= start()
      return (await starting).open(slot)
    },
    close: async () => {
      // A host that never started was reported to whoever asked for the slot.
      const host = await starting?.catch(() => undefined)
      await host?.close()
    },
  }
}

function slotProgramPath(): string {
  const found = PROGRAM_PLACES.map((place) => join(import.meta.dirname, place)).find((path) =>
    existsSync(path),
  )
  if (found === undefined)
    throw new PowerswarmError('slot-failed', 'The slot program is not built: npm run build')
  return found
}
