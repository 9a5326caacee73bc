import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  findProofs,
  purposeOf,
  runInForeground,
  runningProcess,
  startInBackground,
} from '../../scripts/prove/proofs.mjs'
import { tempDir } from '../support/temp-dir.ts'
import { isAlive, waitUntil } from '../support/wait-until.ts'

/** Counts to five, one line each, from where its results end; it stops at a step until a file lets it go on. */
const COUNTING = `
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/**
 * That five comes after four: with numbers. More of it here.
 */
const path = process.env.POWERSWARM_RESULTS
const done = existsSync(path) ? readFileSync(path, 'utf8').split('\\n').length - 1 : 0
for (let next = done + 1; next <= 5; next++) {
  while (next === 3 && !existsSync(process.argv[2])) await new Promise((go) => setTimeout(go, 10))
  appendFileSync(path, next + '\\n')
}
console.log('counted')
`

function setUp() {
  const dir = tempDir()
  const folders = { proofDir: join(dir, 'prove'), resultsDir: join(dir, 'results') }
  mkdirSync(join(folders.proofDir, 'counting'), { recursive: true })
  writeFileSync(join(folders.proofDir, 'counting.ts'), COUNTING)
  writeFileSync(join(folders.proofDir, 'counting', 'part.ts'), '')
  const [proof, ...others] = findProofs(folders)
  if (proof === undefined || others.length > 0) throw new Error('there is one proof')
  const goOnPath = join(dir, 'go-on')
  return {
    proof,
    goOnPath,
    results: () => (existsSync(proof.resultsPath) ? readFileSync(proof.resultsPath, 'utf8') : ''),
    start: () => {
      const pid = startInBackground(proof, [goOnPath], dir)
      onTestFinished(() => {
        if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      })
      return pid
    },
    goOn: () => writeFileSync(goOnPath, ''),
    dir,
  }
}

describe('a proof', () => {
  it('is described by the first sentence of its program', () => {
    expect(purposeOf(setUp().proof)).toBe('That five comes after four')
  })

  it('runs in the background, known as running until it ends', async () => {
    const { proof, start, goOn, results } = setUp()
    expect(runningProcess(proof)).toBeUndefined()
    const pid = start()
    expect(runningProcess(proof)).toBe(pid)
    goOn()
    await waitUntil('its end', () => runningProcess(proof) === undefined)
    expect(results()).toBe('1\n2\n3\n4\n5\n')
    expect(readFileSync(proof.logPath, 'utf8')).toBe('counted\n')
  })

  it('goes on from its results after it was killed', async () => {
    const { proof, start, goOn, results } = setUp()
    const pid = start()
    await waitUntil('two results', () => results() === '1\n2\n')
    process.kill(pid, 'SIGKILL')
    await waitUntil('its end', () => runningProcess(proof) === undefined)
    goOn()
    start()
    await waitUntil('its end', () => results().endsWith('5\n'))
    expect(results()).toBe('1\n2\n3\n4\n5\n')
  })

  it('is not taken to run when another process has its number', () => {
    const { proof, start } = setUp()
    start()
    writeFileSync(proof.pidPath, `${process.pid} 1`)
    expect(runningProcess(proof)).toBeUndefined()
  })

  it('gives its status in the foreground and is running meanwhile', async () => {
    const { proof, goOnPath, goOn, dir } = setUp()
    const ended = runInForeground(proof, [goOnPath], dir)
    expect(runningProcess(proof)).toBe(process.pid)
    goOn()
    expect(await ended).toBe(0)
    expect(runningProcess(proof)).toBeUndefined()
  })
})
