import { describe, expect, it } from 'vitest'
import { PowerswarmError, type ErrorCode } from '../../../../src-main/domain/errors.ts'
import { MIB } from '../../../../src-main/domain/units.ts'
import { NO_INPUTS, type UnitInputs } from '../../../../src-main/domain/unit-inputs.ts'
import { InputBuffer, type InputNeed } from '../../../../src-main/engine/roles/donor/input-buffer.ts'
import { manualTimers } from '../../../support/manual-timers.ts'
import { aBatch, unitAt } from '../../../support/publisher-store.ts'

const need = (index: number): InputNeed => ({ unit: unitAt(index), batch: aBatch() })
const needs = [0, 1, 2, 3, 4].map(need)
const inputs = (index: number, bytes = 1): UnitInputs => ({
  ...NO_INPUTS,
  name: String(index),
  stdin: new Uint8Array(bytes),
})

function rig() {
  const asked: number[] = []
  const waiting = new Map<number, { resolve: (inputs: UnitInputs) => void; reject: (error: Error) => void }>()
  const timers = manualTimers()
  let changes = 0
  const buffer = new InputBuffer({
    connection: {
      inputs: (_batch, index) => {
        asked.push(index)
        return new Promise((resolve, reject) => waiting.set(index, { resolve, reject }))
      },
    },
    timers,
    log: () => undefined,
    changed: () => changes++,
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return {
    buffer,
    asked,
    timers,
    get changes() {
      return changes
    },
    bring: async (index: number, bytes?: number) => {
      waiting.get(index)!.resolve(inputs(index, bytes))
      await settled()
    },
    fail: async (index: number, code: ErrorCode) => {
      waiting.get(index)!.reject(new PowerswarmError(code, 'no'))
      await settled()
    },
  }
}

describe('inputs ahead of need', () => {
  it('are fetched for the first units, two at a time, and no further than asked', async () => {
    const { buffer, asked, bring } = rig()
    buffer.prepare(needs, 3)
    expect(asked).toEqual([0, 1])
    await bring(0)
    expect(buffer.isReady(unitAt(0))).toBe(true)
    expect(buffer.isReady(unitAt(1))).toBe(false)
    buffer.prepare(needs, 3)
    expect(asked).toEqual([0, 1, 2])
    await bring(1)
    await bring(2)
    buffer.prepare(needs, 3)
    expect(asked).toEqual([0, 1, 2])
  })

  it('are given without another fetch where they are small, and read again where they are large', async () => {
    const { buffer, asked, bring } = rig()
    buffer.prepare(needs.slice(0, 2), 2)
    await bring(0)
    await bring(1, 2 * MIB)
    expect(await buffer.take(needs[0]!)).toEqual(inputs(0))
    const large = buffer.take(needs[1]!)
    await bring(1, 2 * MIB)
    expect(await large).toEqual(inputs(1, 2 * MIB))
    expect(asked).toEqual([0, 1, 1])
  })

  it('that cannot be had leave room for others and are tried again later, or when peers change', async () => {
    const rigged = rig()
    const { buffer, asked, fail, timers } = rigged
    buffer.prepare(needs.slice(0, 3), 2)
    await fail(0, 'not-connected')
    expect(rigged.changes).toBe(1)
    buffer.prepare(needs.slice(0, 3), 2)
    expect(asked).toEqual([0, 1, 2])
    await fail(2, 'not-connected')
    timers.advance(5_000)
    expect(rigged.changes).toBe(4)
    buffer.prepare(needs.slice(0, 1), 1)
    expect(asked).toEqual([0, 1, 2, 0])
    await fail(0, 'not-connected')
    buffer.prepare(needs.slice(0, 1), 1)
    expect(asked).toHaveLength(4)
    buffer.retry()
    buffer.prepare(needs.slice(0, 1), 1)
    expect(asked).toHaveLength(5)
  })

  it('that are none are handed to the one who takes the unit', async () => {
    const { buffer, fail } = rig()
    buffer.prepare(needs, 1)
    await fail(0, 'bad-record')
    expect(buffer.isReady(unitAt(0))).toBe(true)
    const refused = expect(buffer.take(needs[0]!)).rejects.toMatchObject({ code: 'bad-record' })
    await fail(0, 'bad-record')
    await refused
  })

  it('stop when the buffer is closed', async () => {
    const { buffer, asked, fail } = rig()
    buffer.prepare(needs, 1)
    buffer.close()
    await fail(0, 'not-connected')
    buffer.prepare(needs, 5)
    expect(asked).toEqual([0])
  })
})
