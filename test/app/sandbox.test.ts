import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { electronPath } from '../../scripts/setup/electron-runtime.mjs'
import { node24Path } from '../../scripts/setup/node-runtime.mjs'
import { rootDir } from '../../scripts/setup/paths.mjs'
import { bundleForElectron } from '../support/bundle.ts'
import { APP_DIR, appEnvironment } from '../support/launch-app.ts'
import { childrenOf } from '../support/processes.ts'
import { waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

const NOBODY = 65534
const asNobody = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']

/** Why no other user's sandboxed app can run here, or undefined. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'becoming another user needs root on Linux'
  try {
    execFileSync('setpriv', [...asNobody, 'unshare', '-Ur', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'user namespaces are not available to other users here'
  }
}

/** The app, its runtimes and a home in a folder that another user can read: a clone may lie under a private home. */
async function copyForNobody(display: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-nobody-'))
  chmodSync(folder, 0o755)
  for (const part of ['out', 'resources', 'package.json'])
    cpSync(join(APP_DIR, part), join(folder, 'app', part), { recursive: true })
  cpSync(dirname(electronPath()), join(folder, 'electron'), { recursive: true })
  cpSync(node24Path(), join(folder, 'node'))
  const engine = await bundleForElectron(
    join(rootDir, 'test/fixtures/engine/test-engine.ts'),
    folder,
    'engine',
  )
  const home = join(folder, 'home')
  mkdirSync(home)
  const authority = join(home, 'Xauthority')
  cpSync(display.XAUTHORITY ?? '', authority)
  for (const path of [home, authority]) chownSync(path, NOBODY, NOBODY)
  return { folder, home, authority, engine, electron: join(folder, 'electron', basename(electronPath())) }
}

test('without root, slots and windows run in the operating system’s sandbox', async ({ display }) => {
  const reason = obstacle()
  test.skip(reason !== undefined, reason)
  const { folder, home, authority, engine, electron } = await copyForNobody(display)
  const { ELECTRON_DISABLE_SANDBOX: _off, ...env }: Record<string, string> = {
    ...appEnvironment({ display, env: { POWERSWARM_ENGINE: engine, TEST_ENGINE_SLOTS: '2' } }, home),
    HOME: home,
    XAUTHORITY: authority,
    POWERSWARM_NODE: join(folder, 'node'),
  }
  const app = spawn('setpriv', [...asNobody, electron, '--disable-gpu', join(folder, 'app')], {
    env,
    stdio: 'ignore',
  })
  const ended = once(app, 'exit')
  try {
    const pid = app.pid ?? 0
    const renderers = await waitUntil(
      'two slots',
      () => {
        const found = childrenOf(pid).filter((child) => read(child, 'cmdline').includes('--type=renderer'))
        return found.length >= 2 && found
      },
      15_000,
    )
    for (const renderer of renderers) {
      expect(read(renderer, 'status')).toMatch(/^Seccomp:\t2$/m)
      expect(read(renderer, 'status')).toMatch(/^NoNewPrivs:\t1$/m)
      expect(read(renderer, 'status')).toMatch(/^CapEff:\t0+$/m)
      // WebAssembly's accesses out of bounds become traps only where this signal is caught.
      expect(caughtSignals(renderer) & SIGSEGV).toBe(SIGSEGV)
      expect(read(renderer, 'status')).toMatch(new RegExp(`^Uid:\\t${String(NOBODY)}`, 'm'))
      expect(namespaceOf(renderer, 'user')).not.toBe(namespaceOf(pid, 'user'))
      expect(namespaceOf(renderer, 'net')).not.toBe(namespaceOf(pid, 'net'))
      expect(namespaceOf(renderer, 'pid')).not.toBe(namespaceOf(pid, 'pid'))
    }
  } finally {
    app.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
})

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8')
  } catch {
    // It ended while it was looked at.
    return ''
  }
}

const SIGSEGV = 1n << 10n
const caughtSignals = (pid: number): bigint =>
  BigInt(`0x${/^SigCgt:\t([0-9a-f]+)$/m.exec(read(pid, 'status'))?.[1] ?? '0'}`)

const namespaceOf = (pid: number, kind: string): string => readlinkSync(`/proc/${String(pid)}/ns/${kind}`)
