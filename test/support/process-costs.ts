import { readFileSync } from 'node:fs'
import { childrenOf, cpuMs, endedChildrenCpuMs } from './processes.ts'

/** What a process of the desktop app is there for. A slot is its hidden window; the fallback engine is a plain Node. */
export type ProcessRole = 'main' | 'engine' | 'slot' | 'chromium'

/** Processor time in milliseconds that each role has used so far. */
export type ProcessCosts = Readonly<Record<ProcessRole, number>>

/**
 * Processor time of a running desktop app by role, to 10 ms a process (Linux). No window but the slots' may be open:
 * every renderer counts as a slot.
 */
export function processCosts(appPid: number): ProcessCosts {
  // Commands that main ran and that have ended are its own doing.
  const costs = { main: cpuMs(appPid) + endedChildrenCpuMs(appPid), engine: 0, slot: 0, chromium: 0 }
  for (const pid of childrenOf(appPid)) costs[roleOf(pid)] += cpuMs(pid)
  return costs
}

/** What was used between two readings. */
export function costsBetween(from: ProcessCosts, to: ProcessCosts): ProcessCosts {
  return {
    main: to.main - from.main,
    engine: to.engine - from.engine,
    slot: to.slot - from.slot,
    chromium: to.chromium - from.chromium,
  }
}

function roleOf(pid: number): ProcessRole {
  const command = commandLine(pid)
  if (command.includes('--type=renderer')) return 'slot'
  if (command.includes('node.mojom.NodeService') || command.includes('main/engine.js')) return 'engine'
  return 'chromium'
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
  } catch {
    // It ended while it was looked at.
    return ''
  }
}
