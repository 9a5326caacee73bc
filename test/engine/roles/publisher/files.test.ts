import { describe, expect, it } from 'vitest'
import type { SubmittedResult } from '../../../../src-main/contracts/wire/messages.ts'
import type { UnitId } from '../../../../src-main/domain/ids.ts'
import { Project, addWork, honest, lease, submit } from '../../../support/publisher-rig.ts'
import { donorKey, unitAt } from '../../../support/publisher-store.ts'

const [A, B, C] = [donorKey(1), donorKey(2), donorKey(3)]
const leaving = (unit: UnitId, content: string, path = 'made/by'): SubmittedResult => ({
  ...honest(unit),
  files: [{ path, bytes: new TextEncoder().encode(content) }],
})

describe('files that units leave', () => {
  it('are part of what donors must agree on, and of the result, also after a restart', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const unit = unitAt(0)
    for (const donor of [A, B, C]) await lease(rig, donor)
    expect(await submit(rig, A, [leaving(unit, 'one')])).toEqual(['pending'])
    expect(await submit(rig, B, [leaving(unit, 'another')])).toEqual(['pending'])
    await lease(rig, C)
    expect(await submit(rig, C, [leaving(unit, 'one')])).toEqual(['verified'])
    const again = await project.start()
    const { units } = await again.publisher.handlers.results({ cursor: '', limit: 10 })
    expect(units).toMatchObject([
      { files: [{ path: 'made/by', bytes: new TextEncoder().encode('one') }], donors: [A, C] },
    ])
  })

  it('count by their names, too', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    for (const donor of [A, B]) await lease(rig, donor)
    await submit(rig, A, [leaving(unitAt(0), 'one')])
    expect(await submit(rig, B, [leaving(unitAt(0), 'one', 'made/by-me')])).toEqual(['pending'])
  })
})
