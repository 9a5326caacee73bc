import { utilityProcess, type UtilityProcess } from 'electron'
import { engineArgument, type EngineOptions } from '../../contracts/engine-options.ts'
import type { Port } from '../../contracts/rpc.ts'
import type { EngineProcess } from './engine-process.ts'
import { exitLatch, type ExitLatch } from './exit-latch.ts'
import { lastWords } from './last-words.ts'

/**
 * Runs the engine as a utility process of this Electron. Call after the app is ready.
 * @param enginePath the engine's entry, a built file
 */
export function startUtilityProcess(enginePath: string, options: EngineOptions): EngineProcess {
  const child = utilityProcess.fork(enginePath, [engineArgument(options)], {
    serviceName: 'Powerswarm engine',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const latch = exitLatch()
  const words = lastWords((piece) => process.stderr.write(piece))
  child.stderr?.on('data', words.hear)
  child.stdout?.on('data', (piece: Uint8Array) => process.stdout.write(piece))
  child.on('exit', (status) => latch.trip({ status, lastWords: words.line() }))
  return {
    port: utilityPort(child, latch),
    onExit: latch.onExit,
    stop: async () => {
      forceEnd(child)
      await latch.gone
    },
  }
}

/** `kill` asks by SIGTERM, which a stuck engine may never answer. */
function forceEnd(child: UtilityProcess): void {
  if (child.pid === undefined) child.kill()
  else process.kill(child.pid, 'SIGKILL')
}

function utilityPort(child: UtilityProcess, latch: ExitLatch): Port {
  let gone = false
  latch.onExit(() => {
    gone = true
  })
  return {
    post: (message) => {
      if (!gone) child.postMessage(message)
    },
    subscribe: (listener) => {
      child.on('message', listener)
      return () => child.off('message', listener)
    },
    onClose: (listener) => latch.onExit(listener),
  }
}
