import { expect, it } from 'vitest'
import { DonorHome, unit } from '../../../support/donor-rig.ts'

it('shows what the swarm found where the project publishes it, newest first', async () => {
  const { donor, connection } = await new DonorHome().start()
  const [before] = donor.state.projects
  expect(before).not.toHaveProperty('found')
  const output = (text: string): Uint8Array => new TextEncoder().encode(text)
  connection.found = [
    { unit: unit(3), output: output('2^13-1 is prime\n') },
    { unit: unit(5), output: output('two\u0007 lines\nof text') },
    { unit: { batch: 9, index: 1 }, output: output('unknown') },
  ]
  expect(donor.state.projects[0]?.found).toEqual([
    { unit: '9.1', args: [], summary: 'unknown' },
    { unit: '0.5', args: ['105'], summary: expect.stringMatching(/^two.+lines of text$/) as string },
    { unit: '0.3', args: ['103'], summary: expect.stringContaining('2^13-1 is prime') as string },
  ])
})
