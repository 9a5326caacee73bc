import assert from 'node:assert/strict'
import { donorEngineSchema } from '../../../src-main/contracts/engine.ts'
import type { EngineOptions } from '../../../src-main/contracts/engine-options.ts'
import { channel } from '../../../src-main/contracts/ports.ts'
import { connect } from '../../../src-main/contracts/rpc.ts'
import type { EngineExit, EngineProcess } from '../../../src-main/main/engine-process/engine-process.ts'

/**
 * What every transport must do, run against the test engine. Plain functions without a test runner, because for
 * utility processes they run inside Electron.
 */
export interface EngineProcessCheck {
  readonly name: string
  run(start: () => EngineProcess): Promise<void>
}

export const TEST_OPTIONS: EngineOptions = {
  role: 'donor',
  home: '/nowhere/ünd "quoted"',
  slots: 'desktop',
  sandboxed: true,
  runtime: 'fallback',
  isRoot: false,
  allowUnsandboxed: false,
  demoModules: '/nowhere/demo',
}

export const ENGINE_PROCESS_CHECKS: readonly EngineProcessCheck[] = [
  {
    name: 'carries bytes and big integers unchanged, and the options as they were given',
    run: async (start) => {
      const engine = start()
      const echoed = firstMessage(engine)
      const message = { bytes: new Uint8Array([1, 2, 255]), big: 2n ** 60n, text: 'ü' }
      channel(engine.port, 'echo').post(message)
      assert.deepEqual(await echoed, { echoed: message, options: TEST_OPTIONS })
      await engine.stop()
    },
  },
  {
    name: 'delivers in order what was posted before the engine listened',
    run: async (start) => {
      const engine = start()
      const echo = channel(engine.port, 'echo')
      const numbers = Array.from({ length: 50 }, (_, i) => i)
      const all = new Promise<unknown[]>((done) => {
        const got: unknown[] = []
        echo.subscribe((answer) => {
          got.push((answer as { echoed: unknown }).echoed)
          if (got.length === numbers.length) done(got)
        })
      })
      for (const number of numbers) echo.post(number)
      assert.deepEqual(await all, numbers)
      await engine.stop()
    },
  },
  {
    name: 'tells how the engine ended: status and last words',
    run: async (start) => {
      const engine = start()
      const exit = exitOf(engine)
      const client = connect(donorEngineSchema, channel(engine.port, 'engine'))
      await assert.rejects(client.joinProject({ link: 'exit 3' }), { code: 'peer-gone' })
      assert.deepEqual(await exit, { status: 3, lastWords: 'the disk is full' })
      assert.deepEqual(await exitOf(engine), await exit, 'a late listener hears it too')
      engine.port.post('into the void')
      await engine.stop()
    },
  },
  {
    name: 'ends an engine in order when it is asked to shut down',
    run: async (start) => {
      const engine = start()
      const exit = exitOf(engine)
      await connect(donorEngineSchema, channel(engine.port, 'engine')).shutdown()
      assert.equal((await exit).status, 0)
    },
  },
  {
    name: 'ends an engine that hangs, and rejects what waits for it',
    run: async (start) => {
      const engine = start()
      const client = connect(donorEngineSchema, channel(engine.port, 'engine'))
      const { pid } = await client.info()
      const waiting = assert.rejects(client.joinProject({ link: 'hang' }), { code: 'peer-gone' })
      await engine.stop()
      await waiting
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    },
  },
]

function firstMessage(engine: EngineProcess): Promise<unknown> {
  return new Promise((done) => {
    channel(engine.port, 'echo').subscribe(done)
  })
}

function exitOf(engine: EngineProcess): Promise<EngineExit> {
  return new Promise((done) => {
    engine.onExit(done)
  })
}
