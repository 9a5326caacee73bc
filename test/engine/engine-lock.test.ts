import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireEngineLock, engineLockHolder } from '../../src-main/engine/engine-lock.ts'
import { isRunning, ownIdentity } from '../../src-main/engine/process-identity.ts'

const HOLDER = join(import.meta.dirname, '../fixtures/engine/hold-lock.ts')

let dir: string
let lockPath: string
const children: ChildProcess[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-lock-'))
  lockPath = join(dir, 'engine.lock')
})
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  rmSync(dir, { recursive: true })
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function startHolder(socketPath = ''): Promise<{ child: ChildProcess; held: boolean; code?: unknown }> {
  const child = fork(HOLDER, [lockPath, socketPath], { execArgv: [] })
  children.push(child)
  const [answer] = (await once(child, 'message')) as [{ held: boolean; code?: unknown }]
  return { child, ...answer }
}

describe('engine lock', () => {
  it('refuses a second holder and names the first', async () => {
    const { child } = await startHolder('/tmp/some.sock')
    expect(() => acquireEngineLock(lockPath)).toThrow(
      expect.objectContaining({
        code: 'data-folder-in-use',
        message: expect.stringContaining(`process ${String(child.pid)} `) as string,
      }),
    )
    expect(engineLockHolder(lockPath)).toMatchObject({ pid: child.pid, socketPath: '/tmp/some.sock' })
  })

  it('refuses a second lock in the same process', () => {
    const lock = acquireEngineLock(lockPath)
    expect(() => acquireEngineLock(lockPath)).toThrow(expect.objectContaining({ code: 'data-folder-in-use' }))
    lock.release()
    acquireEngineLock(lockPath).release()
  })

  it('takes over from a holder that was killed', async () => {
    const { child } = await startHolder()
    await kill(child)
    expect(engineLockHolder(lockPath)).toBeUndefined()
    const lock = acquireEngineLock(lockPath)
    expect(engineLockHolder(lockPath)?.pid).toBe(process.pid)
    lock.release()
    expect(readdirSync(dir)).toEqual([])
  })

  it('takes over from another process that has the same number now', () => {
    const stale = { ...ownIdentity(), startedAt: 'some boot:1', token: 'a'.repeat(24), socketPath: '' }
    expect(isRunning(stale)).toBe(process.platform !== 'linux')
    if (process.platform !== 'linux') return
    writeFileSync(lockPath, JSON.stringify(stale))
    acquireEngineLock(lockPath).release()
  })

  it('follows a process that was killed while it took over', () => {
    const dead = { pid: 999_999_999, startedAt: '', socketPath: '' }
    const [first, second] = ['a'.repeat(24), 'b'.repeat(24)]
    writeFileSync(lockPath, JSON.stringify({ ...dead, token: first }))
    writeFileSync(`${lockPath}.after-${first}`, JSON.stringify({ ...dead, token: second }))
    const lock = acquireEngineLock(lockPath)
    expect(readdirSync(dir)).toEqual(['engine.lock'])
    lock.release()
  })

  it('leaves the folder to a living process that is about to take over', () => {
    const token = 'a'.repeat(24)
    writeFileSync(lockPath, JSON.stringify({ pid: 999_999_999, startedAt: '', socketPath: '', token }))
    const claimant = { ...ownIdentity(), socketPath: '', token: 'b'.repeat(24) }
    writeFileSync(`${lockPath}.after-${token}`, JSON.stringify(claimant))
    expect(() => acquireEngineLock(lockPath)).toThrow(expect.objectContaining({ code: 'data-folder-in-use' }))
  })

  it.each(['', '{', '[]', '{"pid":1}', '\0'])('takes over from a lock that says %j', (text) => {
    writeFileSync(lockPath, text)
    acquireEngineLock(lockPath).release()
    expect(readdirSync(dir)).toEqual([])
  })

  it('never removes a lock that is not its own', () => {
    const lock = acquireEngineLock(lockPath)
    const other = { ...ownIdentity(), token: 'c'.repeat(24), socketPath: '' }
    writeFileSync(lockPath, JSON.stringify(other))
    lock.release()
    expect(JSON.parse(readFileSync(lockPath, 'utf8'))).toMatchObject({ token: other.token })
  })

  it('lets exactly one of many processes take over from a dead holder, round after round', async () => {
    for (let round = 0; round < 4; round++) {
      writeFileSync(
        lockPath,
        JSON.stringify({ pid: 999_999_999, startedAt: '', socketPath: '', token: 'd'.repeat(24) }),
      )
      const started = await Promise.all(Array.from({ length: 5 }, () => startHolder()))
      const winners = started.filter(({ held }) => held)
      expect(winners).toHaveLength(1)
      expect(started.filter(({ code }) => code === 'data-folder-in-use')).toHaveLength(4)
      expect(engineLockHolder(lockPath)?.pid).toBe(winners[0]?.child.pid)
      for (const { child } of started) await kill(child)
      rmSync(lockPath)
    }
  })
})
