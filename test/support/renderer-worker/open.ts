import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { hasDisplay, startVirtualDisplay } from '../../../scripts/display/virtual-display.mjs'
import { electronEnvironment } from '../../../scripts/electron/environment.mjs'
import { electronPath } from '../../../scripts/setup/electron-runtime.mjs'
import { bundleForElectron } from '../bundle.ts'
import { RENEW, type Answer, type Request } from './messages.ts'

/** A worker in a renderer of the app's Electron, under the rules that hold for the desktop's slots. */
export interface RendererWorker {
  readonly v8: string
  /** Whether the operating system's sandbox is around the renderer: never as root, who cannot start it. */
  readonly sandboxed: boolean
  /** Calls what the entry serves under that name (`serveCalls`). Arguments and result are what JSON can hold. */
  call(name: string, ...args: unknown[]): Promise<unknown>
  /** Ends the worker and starts another: engines are slow to give the memories of modules back. */
  renew(): Promise<void>
  close(): Promise<void>
}

const HTML = '<!doctype html><title>worker</title><script type="module" src="page.js"></script>'

/**
 * Bundles the worker's entry, a TypeScript file, and starts it. A renderer that ends rejects the calls that wait.
 * `flags` are V8's, those of slots without.
 */
export async function openRendererWorker(
  entryPath: string,
  flags?: readonly string[],
): Promise<RendererWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-renderer-'))
  const display = hasDisplay() ? undefined : await startVirtualDisplay()
  const tidy = async (): Promise<void> => {
    await display?.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const main = await makeProgram(entryPath, folder)
    const env = {
      ...process.env,
      ...electronEnvironment(),
      ...display?.env,
      RENDERER_DIR: folder,
      ...(flags === undefined ? {} : { RENDERER_FLAGS: flags.join(' ') }),
    }
    const args = [main, '--disable-gpu', `--user-data-dir=${join(folder, 'user')}`]
    const child = spawn(electronPath(), args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    return await connectTo(child, tidy)
  } catch (error) {
    await tidy()
    throw error
  }
}

async function makeProgram(entryPath: string, folder: string): Promise<string> {
  const pageDir = join(folder, 'slot')
  mkdirSync(pageDir)
  writeFileSync(join(pageDir, 'index.html'), HTML)
  for (const [name, entry] of [
    ['page', join(import.meta.dirname, 'page.ts')],
    ['worker', entryPath],
  ] as const) {
    const lib = { entry, formats: ['es' as const], fileName: () => `${name}.js` }
    const output = { lib, outDir: pageDir, emptyOutDir: false, target: 'chrome130' }
    await build({ configFile: false, logLevel: 'error', publicDir: false, build: output })
  }
  return bundleForElectron(join(import.meta.dirname, 'main.ts'), folder, 'main')
}

async function connectTo(child: ChildProcess, tidy: () => Promise<void>): Promise<RendererWorker> {
  const waiting = new Map<number, (answer: Answer) => void>()
  let said = ''
  let calls = 0
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  child.on('message', (message) => {
    const answer = message as Answer
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      for (const [id, settle] of waiting) settle({ id, error: `Electron has ended: ${said}` })
      waiting.clear()
      resolve()
    }
    // Not 'close': the crash reporter outlives it and holds its standard error.
    child.once('exit', end)
    child.once('error', end)
  })
  const answerTo = async (id: number, send: () => void): Promise<unknown> => {
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    send()
    const { value, error } = await answered
    if (error !== undefined) throw new Error(error)
    return value
  }
  const call = (name: string, args: readonly unknown[]): Promise<unknown> => {
    calls += 1
    const request: Request = { id: calls, name, args }
    return answerTo(request.id, () => child.send(request))
  }
  const v8 = await answerTo(0, () => undefined)
  return {
    v8: String(v8),
    sandboxed: process.getuid?.() !== 0,
    call: (name, ...args) => call(name, args),
    renew: async () => {
      await call(RENEW, [])
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await ended
      await tidy()
    },
  }
}
