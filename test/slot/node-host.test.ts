import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  CONFINED,
  confinedCommand,
  PROCESS_ONLY,
  probeConfinement,
  type Confinement,
} from '../../src-main/engine/adapters/slot-host/confinement.ts'
import {
  createNodeSlotHost,
  type NodeSlotHostInit,
} from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { PriorityFacts } from '../../src-main/engine/adapters/slot-host/priority.ts'
import type { Log, SlotHost } from '../../src-main/engine/ports.ts'
import { builtFile } from '../support/build.ts'
import { schedulerOf } from '../support/processes.ts'
import { SLOT_CASES } from './slot-conformance.ts'
import { loadOf, unitOf } from './units.ts'
import * as apps from './apps.ts'

const { execPath } = process
const unconfined: Confinement = { isolation: PROCESS_ONLY, wrapper: [] }
let programPath: string
let confinement: Confinement
beforeAll(async () => {
  programPath = await builtFile('main/slot-node-host.js')
  confinement = await probeConfinement()
})

describe('slots in child processes', () => {
  it.each(SLOT_CASES)('$name', { timeout: 60_000 }, async ({ run }) => {
    await run(async (watch) => {
      const host = await createNodeSlotHost({
        execPath,
        programPath,
        confinement,
        // Cases are about what slots do, not about how long an idle one waits for a busy machine.
        background: false,
        ...(watch === undefined ? {} : { watch }),
      })
      onTestFinished(() => host.close())
      return host
    })
  })
})

describe('node slot host', () => {
  const withHost = async (
    confined: Confinement,
    use: (host: SlotHost) => Promise<void>,
    more: Partial<NodeSlotHostInit> = {},
  ): Promise<void> => {
    const host = await createNodeSlotHost({ execPath, programPath, confinement: confined, ...more })
    try {
      await use(host)
    } finally {
      await host.close()
    }
  }

  it('works without a network namespace and says so', async () => {
    await withHost(unconfined, async (host) => {
      expect(host.isolation).toEqual({ sandboxed: false, note: 'process isolation only' })
      const slot = await host.open(0)
      await slot.load(loadOf(apps.exiting(0)))
      expect((await slot.run(unitOf(apps.exiting(0)))).outcome).toBe('ok')
    })
  })

  it('refuses to start without isolation when that is required', async () => {
    const init = { execPath, programPath, requireIsolation: true }
    await expect(createNodeSlotHost({ ...init, confinement: unconfined })).rejects.toMatchObject({
      code: 'isolation-unavailable',
    })
    const host = await createNodeSlotHost({ ...init, confinement: { ...unconfined, isolation: CONFINED } })
    await host.close()
  })

  it('says which slot failed when its process dies by itself', async () => {
    await withHost(confinement, async (host) => {
      const slot = await host.open(3)
      const reasons: string[] = []
      slot.onClosed((reason) => reasons.push(reason))
      await slot.load(loadOf(apps.endless))
      const ended = slot.run(unitOf(apps.endless))
      process.kill(slot.pid, 'SIGKILL')
      await expect(ended).rejects.toMatchObject({ code: 'slot-failed' })
      expect(reasons).toEqual(['ended by SIGKILL'])
    })
  })

  it('rejects when the program cannot be started', async () => {
    const missing = await createNodeSlotHost({ execPath, programPath: '/no/such/program.js', confinement })
    await expect(missing.open(0)).rejects.toMatchObject({ code: 'slot-failed' })
    // The number is free again.
    await expect(missing.open(0)).rejects.toMatchObject({ code: 'slot-failed' })
    const noNode = await createNodeSlotHost({
      execPath: '/no/such/node',
      programPath,
      confinement: unconfined,
    })
    await expect(noNode.open(0)).rejects.toMatchObject({ code: 'slot-failed' })
  })

  it.runIf(process.platform === 'linux')('runs every thread of a slot at the lowest priority', async () => {
    const told: unknown[] = []
    const log: Log = (_level, event, details) => void told.push([event, details])
    await withHost(
      confinement,
      async (host) => {
        const slot = await host.open(0)
        await slot.load(loadOf(apps.exiting(0)))
        const threads = readdirSync(`/proc/${String(slot.pid)}/task`).map(Number)
        expect(threads.length).toBeGreaterThan(1)
        expect(new Set(threads.map((id) => getPriority(id)))).toEqual(new Set([19]))
        await host.open(1)
        const [[event, facts]] = told as [[string, PriorityFacts]]
        expect([event, facts.nice, told.length]).toEqual(['slot-priority', true, 1])
        const SCHED_IDLE = '5'
        if (facts.scheduler === 'idle')
          expect(new Set(threads.map(schedulerOf))).toEqual(new Set([SCHED_IDLE]))
        if (facts.autogroup)
          expect(readFileSync(`/proc/${String(slot.pid)}/autogroup`, 'utf8')).toContain('nice 19')
      },
      { log },
    )
  })

  it('gives units that somebody waits for the priority of their parent', async () => {
    await withHost(
      confinement,
      async (host) => {
        const { pid } = await host.open(0)
        expect(getPriority(pid)).toBe(getPriority())
        if (process.platform === 'linux') expect(schedulerOf(pid)).toBe(schedulerOf(process.pid))
      },
      { background: false },
    )
  })

  it.runIf(process.platform === 'linux')('takes root’s rights from a slot where it can', async ({ skip }) => {
    if (!confinement.wrapper.includes('setpriv')) skip('setpriv is not usable here')
    await withHost(confinement, async (host) => {
      const { pid } = await host.open(0)
      const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
      expect(status).toMatch(/^CapEff:\t0+$/m)
      expect(status).toMatch(/^CapBnd:\t0+$/m)
      expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    })
  })

  it.runIf(process.platform === 'linux')('gives a slot no environment but its channel', async () => {
    await withHost(confinement, async (host) => {
      const { pid } = await host.open(0)
      const names = readFileSync(`/proc/${String(pid)}/environ`, 'latin1')
        .split('\0')
        .map((entry) => entry.split('=')[0])
        .filter((name) => name !== '')
      expect(names.every((name) => name?.startsWith('NODE_CHANNEL_'))).toBe(true)
    })
  })

  it.runIf(process.platform === 'linux')(
    'ends with the process that opened it, even in the middle of a unit',
    async () => {
      const [file, ...args] = confinedCommand(confinement, execPath, programPath)
      const child = spawn(file, args, {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        serialization: 'advanced',
        env: {},
      })
      const exit = once(child, 'exit')
      child.send({ t: 'call', id: 1, name: 'load', value: loadOf(apps.endless) })
      await once(child, 'message')
      child.send({
        t: 'call',
        id: 2,
        name: 'run',
        value: unitOf(apps.endless, { maxFuel: 10_000_000_000_000n }),
      })
      await once(child, 'message')
      child.disconnect()
      expect(await exit).toEqual([null, 'SIGKILL'])
    },
  )
})

describe('what a slot process may do', () => {
  const dir = mkdtempSync(join(tmpdir(), 'slot-rights-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  /** Runs a program under a slot's own command line and returns what it found out. */
  async function tryOut(using: Confinement): Promise<Record<string, string>> {
    const probe = join(dir, 'probe.mjs')
    writeFileSync(probe, PROBE)
    writeFileSync(join(dir, 'secret'), 'secret')
    const [file, ...args] = confinedCommand(using, execPath, probe)
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: {} })
    const [findings] = (await once(child, 'message')) as [Record<string, string>]
    await once(child, 'exit')
    return findings
  }

  it('cannot read or write files, start programs or load addons, in either thread', async () => {
    const findings = await tryOut(unconfined)
    for (const thread of ['main', 'worker']) {
      for (const deed of ['read', 'list', 'write', 'spawn'])
        expect([thread, deed, findings[`${thread} ${deed}`]]).toEqual([thread, deed, 'ERR_ACCESS_DENIED'])
      expect(findings[`${thread} addon`]).toBe('ERR_DLOPEN_DISABLED')
    }
  })

  it('has no network where the system gives it a namespace of its own', async ({ skip }) => {
    if (!confinement.isolation.sandboxed) skip('no network namespaces here')
    const findings = await tryOut(confinement)
    expect(findings['main loopback']).toBe('ENETUNREACH')
    expect(findings['main outside']).toBe('ENETUNREACH')
    // The probe does find the network where there is one.
    expect((await tryOut(unconfined))['main loopback']).toBe('ECONNREFUSED')
  })
})

const PROBE = `
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
const here = new URL('.', import.meta.url)
const code = async (work) => { try { await work(); return 'allowed' } catch (error) { return error.code ?? error.message } }
const dial = (port, host) => new Promise((resolve, reject) => connect({ port, host, timeout: 3000 }).on('connect', resolve).on('error', reject).on('timeout', () => reject(new Error('timeout'))))
const findings = {}
const name = isMainThread ? 'main' : 'worker'
const note = async (deed, work) => { findings[name + ' ' + deed] = await code(work) }
await note('read', () => readFileSync(new URL('secret', here)))
await note('list', () => readdirSync('/'))
await note('write', () => writeFileSync(new URL('new', here), ''))
await note('spawn', () => { const { error } = spawnSync('true'); if (error) throw error })
await note('addon', () => process.dlopen({ exports: {} }, '/tmp/none.node'))
if (isMainThread) {
  await note('loopback', () => dial(9, '127.0.0.1'))
  await note('outside', () => dial(9, '192.0.2.1'))
  new Worker(new URL(import.meta.url)).once('message', (theirs) => {
    process.send({ ...findings, ...theirs }, () => process.exit())
  })
} else parentPort.postMessage(findings)
`
