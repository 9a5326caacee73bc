import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { engineArgument, type EngineOptions } from '../../contracts/engine-options.ts'
import type { Port } from '../../contracts/rpc.ts'
import type { EngineProcess } from './engine-process.ts'
import { exitLatch, type ExitLatch } from './exit-latch.ts'
import { lastWords } from './last-words.ts'

/**
 * Runs the engine in a Node of its own, for runtimes whose Node-API is too old for its native modules.
 * The engine ends itself when this process is gone: its channel closes.
 * @param nodePath executable of Node 24 or newer
 * @param enginePath the engine's entry, a built file or a TypeScript file without syntax that needs compiling
 */
export function startNodeProcess(
  nodePath: string,
  enginePath: string,
  options: EngineOptions,
): EngineProcess {
  const child = fork(enginePath, [engineArgument(options)], {
    // Without these Electron's own executable and inspector flags would be used.
    execPath: nodePath,
    execArgv: [],
    env: engineEnvironment(process.env),
    // Structured clone: bytes and bigints arrive as what they are.
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const latch = exitLatch()
  const words = lastWords((piece) => process.stderr.write(piece))
  child.stderr?.on('data', words.hear)
  child.stdout?.pipe(process.stdout, { end: false })
  child.on('error', (error) => {
    if (child.pid === undefined) latch.trip({ status: undefined, lastWords: error.message })
  })
  child.on('close', (status) => latch.trip({ status: status ?? undefined, lastWords: words.line() }))
  return {
    port: childPort(child, latch),
    onExit: latch.onExit,
    stop: async () => {
      child.kill('SIGKILL')
      await latch.gone
    },
  }
}

/**
 * Where the Node for the engine is: `$POWERSWARM_NODE`, the packaged app's resources, the npm package of this
 * platform. Undefined when there is none.
 */
export function findEngineNode(
  env: NodeJS.ProcessEnv,
  appDir: string,
  resourcesDir: string,
): string | undefined {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node'
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const candidates = [
    env.POWERSWARM_NODE,
    join(resourcesDir, 'node', 'bin', executable),
    join(appDir, 'node_modules', `node-${platform}-${process.arch}`, 'bin', executable),
  ]
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path))
}

function engineEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ELECTRON_RUN_AS_NODE: _asNode, ...rest } = env
  return rest
}

function childPort(child: ChildProcess, latch: ExitLatch): Port {
  return {
    post: (message) => {
      // The child may go between the check and the write: then its exit tells whoever waits for an answer.
      if (child.connected) child.send(message as object, () => undefined)
    },
    subscribe: (listener) => {
      child.on('message', listener)
      return () => child.off('message', listener)
    },
    onClose: (listener) => latch.onExit(listener),
  }
}
