import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lowerNewThreads, lowerPriority } from '../../../src-main/main/slot-windows/low-priority.ts'

/** A Node with all of its threads. */
async function program(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1000)'])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

const threads = (pid: number): number[] => readdirSync(`/proc/${String(pid)}/task`).map(Number)

describe.runIf(process.platform === 'linux')('the priority of a slot window', () => {
  it('is the lowest for every thread', async () => {
    const pid = await program()
    expect(await lowerPriority(pid)).toMatchObject({ nice: true })
    expect(new Set(threads(pid).map((id) => getPriority(id)))).toEqual(
      new Set([constants.priority.PRIORITY_LOW]),
    )
  })

  it('is left alone where it is the lowest already', async () => {
    const pid = await program()
    expect(await lowerNewThreads(pid)).toBe(true)
    expect(await lowerNewThreads(pid)).toBe(false)
  })
})

describe('a slot window that is gone', () => {
  it('is passed over', async () => {
    const nobody = 2 ** 22 + 1
    expect(await lowerPriority(nobody)).toEqual({ scheduler: 'normal', nice: false })
    expect(await lowerNewThreads(nobody)).toBe(false)
  })
})
