import { expect, it } from 'vitest'
import { lostInputsNotes } from '../../src-main/cli/lost-inputs.ts'

it('names each batch without inputs once, however many pages of results it has', () => {
  const said: string[] = []
  const note = lostInputsNotes({ note: (line) => said.push(line) })
  note([{ batch: 0, args: [] }])
  expect(said).toEqual([])
  note([{ batch: 1 }, { batch: 1 }, { batch: 0, args: ['x'] }])
  note([{ batch: 1 }, { batch: 3 }, { batch: 2 }])
  note([{ batch: 2 }])
  expect(said).toEqual([
    expect.stringContaining('The inputs of batch 1 are missing'),
    expect.stringContaining('The inputs of batches 3, 2 are missing'),
  ])
})
