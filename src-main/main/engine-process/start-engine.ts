import type { AppPaths } from '../app-paths.ts'
import type { EngineProcess, StartEngine } from './engine-process.ts'
import { exitLatch } from './exit-latch.ts'
import { findEngineNode, startNodeProcess } from './node-process.ts'
import { startUtilityProcess } from './utility-process.ts'

/** better-sqlite3 needs this Node-API; on an older one it dies without an error. */
const NEEDED_NODE_API = 10

/** Whether this Electron's own Node can carry the engine. */
export function runtimeCarriesEngine(): boolean {
  return Number(process.versions.napi ?? 0) >= NEEDED_NODE_API
}

/** The transport for this runtime: a utility process where it can be, else a Node of its own. */
export function engineStarter(paths: AppPaths): StartEngine {
  if (runtimeCarriesEngine()) return (options) => startUtilityProcess(paths.enginePath, options)
  const nodePath = findEngineNode(process.env, paths.appDir, process.resourcesPath)
  if (nodePath !== undefined) return (options) => startNodeProcess(nodePath, paths.enginePath, options)
  return () => neverStarted('No Node 24 was found for the engine: set POWERSWARM_NODE to its path')
}

function neverStarted(reason: string): EngineProcess {
  const latch = exitLatch()
  latch.trip({ status: undefined, lastWords: reason })
  return {
    port: { post: () => undefined, subscribe: () => () => undefined, onClose: latch.onExit },
    onExit: latch.onExit,
    stop: () => Promise.resolve(),
  }
}
