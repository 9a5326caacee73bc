import { EventEmitter } from 'node:events'
import type Hypercore from 'hypercore'
import { beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { SeederWatch } from '../../../src-main/engine/adapters/hyper/seeder-watch.ts'
import { manualTimers, type ManualTimers } from '../../support/manual-timers.ts'

const seeder = {} as object
let timers: ManualTimers
let watch: SeederWatch
let faults: string[]

/** A core of which this test says what happens to it. */
function fakeCore(): Hypercore & { closing: boolean } {
  return Object.assign(new EventEmitter(), { peers: [], closing: false }) as never
}

/** That peer sends a block that does not fit. */
function sendWrongBlock(core: EventEmitter): void {
  core.emit('verification-error', new Error('wrong'), null, null, { stream: seeder })
}

beforeEach(() => {
  timers = manualTimers()
  faults = []
  watch = new SeederWatch({
    timers,
    onFault: (connection, fault) => faults.push(connection === seeder ? fault : '?'),
  })
})

describe('wrong blocks', () => {
  it('of a core that nobody signs are a fault at once', () => {
    const core = fakeCore()
    watch.watch(core)
    sendWrongBlock(core)
    expect(faults).toEqual(['wrong-blocks'])
  })

  it('of a signed core are one fault when no other story is shown in time', () => {
    const core = fakeCore()
    watch.watch(core, { mayFork: true })
    sendWrongBlock(core)
    timers.advance(LIMITS.forkProofMs - 1)
    sendWrongBlock(core)
    expect(faults).toEqual([])
    timers.advance(1)
    expect(faults).toEqual(['wrong-blocks'])
    timers.advance(LIMITS.forkProofMs)
    expect(faults).toHaveLength(1)
  })

  it('of a signed core are no fault of who shows that another story was signed', () => {
    const core = fakeCore()
    watch.watch(core, { mayFork: true })
    sendWrongBlock(core)
    core.closing = true
    timers.advance(LIMITS.forkProofMs)
    expect(faults).toEqual([])
  })

  it('are nobody’s fault once the watch is over', () => {
    const core = fakeCore()
    watch.watch(core, { mayFork: true })
    sendWrongBlock(core)
    watch.close()
    timers.advance(LIMITS.forkProofMs)
    expect(faults).toEqual([])
  })
})
