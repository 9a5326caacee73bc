import { describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { UndoList } from '../../src-main/engine/undo-list.ts'

describe('what was opened', () => {
  it('is closed in the opposite order, each thing once, whatever fails', async () => {
    const undo = new UndoList()
    const closed: string[] = []
    undo.add(() => void closed.push('first'))
    undo.add(() => Promise.reject(new Error('stuck')))
    undo.add(() => void closed.push('last'))
    await expect(undo.run()).rejects.toThrow(/Not everything could be closed: Error: stuck/)
    await undo.run()
    expect(closed).toEqual(['last', 'first'])
  })

  it('is closed after a failure, which stays the one that is told', async () => {
    const undo = new UndoList()
    let closed = false
    const stuck = new Error('stuck')
    undo.add(() => {
      closed = true
    })
    undo.add(() => Promise.reject(stuck))
    const failure = new PowerswarmError('bad-argument', 'no such address')
    await expect(undo.giveUp(failure)).rejects.toBe(failure)
    expect(closed).toBe(true)
    expect(failure).toMatchObject({ code: 'bad-argument', suppressed: [stuck] })
  })

  it('leaves a failure alone when everything closes', async () => {
    const failure = new Error('no')
    await expect(new UndoList().giveUp(failure)).rejects.toBe(failure)
    expect(failure).not.toHaveProperty('suppressed')
  })
})
