import { describe, expect, test } from 'vitest'
import { moveLife, retryAfterMs, type EngineLife } from '../../../src-main/main/engine-process/life.ts'

const exit = { status: 1, lastWords: 'the disk is full' }
const exited = (atMs: number) => ({ kind: 'exited', exit, atMs }) as const

describe('the engine’s life', () => {
  test('goes from start to running when the engine answers', () => {
    const starting = moveLife({ kind: 'stopped' }, { kind: 'start' })
    expect(starting).toEqual({ kind: 'starting', failures: 0 })
    const running = moveLife(starting, { kind: 'answered', atMs: 7 })
    expect(running).toEqual({ kind: 'running', failures: 0, sinceMs: 7 })
  })

  test('names the trouble and waits longer after each failure in a row, at most a minute', () => {
    let life: EngineLife = { kind: 'starting', failures: 0 }
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      life = moveLife(life, exited(0))
      if (life.kind !== 'crashed') throw new Error(`it is ${life.kind}`)
      waits.push(life.retryInMs)
      expect(life.trouble).toBe('The engine ended with status 1: the disk is full')
      life = moveLife(life, { kind: 'retry' })
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000])
  })

  test('forgets failures after a long enough run, and not before', () => {
    const running = { kind: 'running', failures: 5, sinceMs: 1000 } as const
    expect(moveLife(running, exited(61_000))).toMatchObject({ failures: 1 })
    expect(moveLife(running, exited(60_999))).toMatchObject({ failures: 6 })
  })

  test('ends stopped when it was meant to stop', () => {
    const stopping = moveLife({ kind: 'running', failures: 0, sinceMs: 0 }, { kind: 'stop' })
    expect(stopping).toEqual({ kind: 'stopping' })
    expect(moveLife(stopping, exited(5))).toEqual({ kind: 'stopped' })
    const crashed = { kind: 'crashed', failures: 1, retryInMs: 1000, trouble: '' } as const
    expect(moveLife(crashed, { kind: 'stop' })).toEqual({ kind: 'stopped' })
  })

  test('ignores what means nothing where it is', () => {
    const running = { kind: 'running', failures: 0, sinceMs: 0 } as const
    expect(moveLife(running, { kind: 'start' })).toBe(running)
    expect(moveLife(running, { kind: 'retry' })).toBe(running)
    const stopping = { kind: 'stopping' } as const
    expect(moveLife(stopping, { kind: 'answered', atMs: 1 })).toBe(stopping)
    expect(moveLife(stopping, { kind: 'stop' })).toBe(stopping)
  })

  test('says that a signal ended the engine when there is no status', () => {
    const life = moveLife(
      { kind: 'starting', failures: 0 },
      { kind: 'exited', exit: { status: undefined, lastWords: '' }, atMs: 0 },
    )
    expect(life).toMatchObject({ trouble: 'The engine was ended' })
  })

  test('retries after a second at first', () => expect(retryAfterMs(1)).toBe(1000))
})
