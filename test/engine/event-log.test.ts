import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEventLog } from '../../src-main/engine/event-log.ts'

let logsDir: string
beforeEach(() => {
  logsDir = mkdtempSync(join(tmpdir(), 'event-log-'))
})
afterEach(() => rmSync(logsDir, { recursive: true }))

const linesOf = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('event log', () => {
  it('writes one object a line, fuel as text, errors as their message', () => {
    const log = openEventLog({ logsDir, name: 'donor', now: () => 0 })
    log.log('info', 'started')
    log.log('warn', 'odd', { fuel: 12n, error: new Error('why\nnot') })
    log.close()
    expect(linesOf(log.path)).toEqual([
      { at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'started' },
      { at: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'odd', fuel: '12', error: 'why\nnot' },
    ])
  })

  it('goes on behind what an earlier process wrote', () => {
    for (const event of ['first', 'second']) {
      const log = openEventLog({ logsDir, name: 'donor', now: () => 0 })
      log.log('info', event)
      log.close()
    }
    expect(linesOf(join(logsDir, 'donor.jsonl'))).toMatchObject([{ event: 'first' }, { event: 'second' }])
  })

  it('keeps three files of bounded size, the newest lines among them', () => {
    const log = openEventLog({ logsDir, name: 'donor', now: () => 0, fileBytes: 1000 })
    for (let n = 0; n < 200; n++) log.log('info', 'tick', { n })
    log.close()
    expect(readdirSync(logsDir).sort()).toEqual(['donor.jsonl', 'donor.jsonl.1', 'donor.jsonl.2'])
    for (const name of readdirSync(logsDir))
      expect(statSync(join(logsDir, name)).size).toBeLessThanOrEqual(1000)
    expect(linesOf(log.path).at(-1)).toMatchObject({ n: 199 })
    expect(linesOf(`${log.path}.1`).length).toBeGreaterThan(5)
  })

  it('drops lines after its end', () => {
    const log = openEventLog({ logsDir, name: 'donor', now: () => 0 })
    log.close()
    log.log('info', 'late')
    log.close()
    expect(readFileSync(log.path, 'utf8')).toBe('')
  })
})
