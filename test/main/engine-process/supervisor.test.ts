import { expect, test } from 'vitest'
import { donorEngineSchema } from '../../../src-main/contracts/engine.ts'
import { channel, portPair } from '../../../src-main/contracts/ports.ts'
import { serve, type Handlers } from '../../../src-main/contracts/rpc.ts'
import type { EngineProcess } from '../../../src-main/main/engine-process/engine-process.ts'
import { exitLatch } from '../../../src-main/main/engine-process/exit-latch.ts'
import { superviseEngine } from '../../../src-main/main/engine-process/supervisor.ts'
import { TestDonor } from '../../fixtures/engine/test-donor.ts'
import { FakeScheduler } from '../../support/fake-scheduler.ts'
import { TEST_OPTIONS } from './engine-process-checks.ts'

type Handler = Partial<Handlers<typeof donorEngineSchema>>

/** An engine in memory that can be made to end. */
function fakeEngine(handlers: Handler = {}) {
  const { a, b, close } = portPair()
  const latch = exitLatch()
  const end = (status: number | undefined, lastWords = ''): void => {
    close()
    latch.trip({ status, lastWords })
  }
  let forced = 0
  const server = serve(donorEngineSchema, channel(b, 'engine'), {
    info: () => ({ role: 'donor', pid: 1, version: '0', home: '/' }),
    shutdown: () => queueMicrotask(() => end(0)),
    ...handlers,
  } as Handlers<typeof donorEngineSchema>)
  const engineProcess: EngineProcess = {
    port: a,
    onExit: latch.onExit,
    stop: () => {
      forced += 1
      end(undefined)
      return Promise.resolve()
    },
  }
  return { engineProcess, end, server, forced: () => forced }
}

function supervised(engines: ReturnType<typeof fakeEngine>[]) {
  const scheduler = new FakeScheduler()
  const served: string[] = []
  let started = 0
  const supervisor = superviseEngine({
    start: () => {
      const engine = engines[started++]
      if (engine === undefined) throw new Error('started too often')
      return engine.engineProcess
    },
    options: TEST_OPTIONS,
    scheduler,
    serveEngine: () => {
      served.push('served')
      return () => served.push('withdrawn')
    },
  })
  const kinds: string[] = []
  supervisor.onLife(({ kind }) => kinds.push(kind))
  const until = (kind: string) =>
    new Promise<void>((done) => {
      if (supervisor.life.kind === kind) done()
      else
        supervisor.onLife((life) => {
          if (life.kind === kind) done()
        })
    })
  return { supervisor, scheduler, served, kinds, until, started: () => started }
}

test('a client outlives the engine: listeners stay, calls go to the new one', async () => {
  const [first, second] = [fakeEngine(), fakeEngine({ setPausedByDonor: () => undefined })]
  const { supervisor, scheduler, until, served, kinds } = supervised([first, second])
  const sentences: string[] = []
  supervisor.engine.on('changed', ({ sentence }) => sentences.push(sentence))
  supervisor.start()
  await until('running')
  first.server.notify('changed', { ...new TestDonor().state, sentence: 'first' })
  await until('running')
  first.end(1, 'the disk is full')
  expect(supervisor.life).toMatchObject({
    kind: 'crashed',
    trouble: expect.stringContaining('disk') as string,
  })
  await expect(supervisor.engine.state()).rejects.toMatchObject({ code: 'peer-gone' })

  scheduler.advance(999)
  expect(supervisor.life.kind).toBe('crashed')
  scheduler.advance(1)
  await until('running')
  second.server.notify('changed', { ...new TestDonor().state, sentence: 'second' })
  await supervisor.engine.setPausedByDonor({ paused: true })
  expect(sentences).toEqual(['first', 'second'])
  expect(kinds).toEqual(['starting', 'running', 'crashed', 'starting', 'running'])
  expect(served).toEqual(['served', 'withdrawn', 'served'])
})

test('rejects what waits when the engine ends', async () => {
  const engine = fakeEngine({ state: () => new Promise<never>(() => undefined) })
  const { supervisor, until } = supervised([engine])
  supervisor.start()
  await until('running')
  const waiting = supervisor.engine.state()
  engine.end(1)
  await expect(waiting).rejects.toMatchObject({ code: 'peer-gone' })
})

test('stops in order: asks first and does not use force', async () => {
  const asked: string[] = []
  const engine = fakeEngine({
    shutdown: () => {
      asked.push('shutdown')
      queueMicrotask(() => engine.end(0))
    },
  })
  const { supervisor, until, scheduler } = supervised([engine])
  supervisor.start()
  await until('running')
  await supervisor.stop()
  expect(asked).toEqual(['shutdown'])
  expect(supervisor.life).toEqual({ kind: 'stopped' })
  expect(scheduler.pending).toBe(0)
})

test('uses force on an engine that does not stop in five seconds', async () => {
  const engine = fakeEngine({ shutdown: () => new Promise<never>(() => undefined) })
  const { supervisor, until, scheduler } = supervised([engine])
  supervisor.start()
  await until('running')
  const stopped = supervisor.stop()
  scheduler.advance(4_999)
  expect(engine.forced()).toBe(0)
  scheduler.advance(1)
  await stopped
  expect(engine.forced()).toBe(1)
  expect(supervisor.life).toEqual({ kind: 'stopped' })
})

test('does not start again after a stop while it waited to retry', async () => {
  const engine = fakeEngine()
  const { supervisor, until, scheduler, started } = supervised([engine])
  supervisor.start()
  await until('running')
  engine.end(1)
  await supervisor.stop()
  scheduler.advance(120_000)
  expect(supervisor.life).toEqual({ kind: 'stopped' })
  expect(started()).toBe(1)
})

test('ends an engine that does not speak the contract', async () => {
  const engine = fakeEngine({
    info: () => {
      throw new Error('what?')
    },
  })
  const { supervisor, until } = supervised([engine])
  supervisor.start()
  await until('crashed')
  expect(engine.forced()).toBe(1)
})

test('tells the life in order when the engine cannot even start', () => {
  const engine = fakeEngine()
  engine.end(undefined, 'No Node 24 was found')
  const { supervisor, kinds } = supervised([engine])
  supervisor.start()
  expect(kinds).toEqual(['starting', 'crashed'])
})
