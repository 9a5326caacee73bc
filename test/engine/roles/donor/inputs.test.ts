import { describe, expect, it, vi } from 'vitest'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import type { Batch } from '../../../../src-main/domain/project.ts'
import type { UnitInputs } from '../../../../src-main/domain/unit-inputs.ts'
import { batch, DonorHome, ok, unit, type RunningDonor } from '../../../support/donor-rig.ts'
import { hex } from '../../../support/publisher-store.ts'

const withInputs: Batch = {
  ...batch,
  batch: 1,
  args: ['--of', '{name}', '{n}'],
  inputs: { key: hex(7), byteLength: 1000 },
}
const inputsOf = (index: number): UnitInputs => ({
  name: `entry-${String(index)}`,
  args: ['extra'],
  stdin: Uint8Array.of(index),
  files: [{ path: 'a/b', bytes: Uint8Array.of(9) }],
})

/** A donor that leased units of batch 1, the one with inputs, before others. */
async function started(inputs: (index: number) => Promise<UnitInputs>): Promise<RunningDonor> {
  const units = [{ batch: 1, index: 0 }, unit(0), { batch: 1, index: 1 }]
  const home = new DonorHome()
  return home.start(units, undefined, (connection) => {
    connection.inputs = (_batch, index) => inputs(index)
    connection.say(withInputs)
  })
}

describe('a unit with inputs', () => {
  it('is run with its name, its own arguments, its standard input and its files', async () => {
    const opened = await started((index) => Promise.resolve(inputsOf(index)))
    await opened.running(1)
    opened.slot.end(ok)
    await opened.running(2)
    const run = opened.runs.find(({ stdin }) => stdin[0] === 0 && stdin.length === 1)
    expect(run).toMatchObject({
      args: ['--of', 'entry-0', '100', 'extra'],
      files: [{ path: 'a/b', bytes: Uint8Array.of(9) }],
    })
  })

  it('is not failed while its inputs cannot be had: others run meanwhile, and it runs when they come', async () => {
    let online = false
    const opened = await started((index) =>
      online
        ? Promise.resolve(inputsOf(index))
        : Promise.reject(new PowerswarmError('not-connected', 'nobody has them')),
    )
    expect((await opened.running(1)).args).toEqual(['100'])
    opened.slot.end(ok)
    await opened.pass(30_000)
    expect(opened.connection.submitted.map(({ outcome }) => outcome)).toEqual(['ok'])
    online = true
    await opened.pass(10_000)
    expect((await opened.running(2)).args).toContain('entry-0')
  })

  it('fails on this machine where the publisher’s inputs are none', async () => {
    const opened = await started(() => Promise.reject(new PowerswarmError('bad-record', 'Bad inputs')))
    await opened.running(1)
    opened.slot.end(ok)
    await opened.pass(5_000)
    await vi.waitFor(() => {
      expect(opened.connection.submitted.map(({ outcome }) => outcome)).toContain('host-failure')
    })
  })
})
