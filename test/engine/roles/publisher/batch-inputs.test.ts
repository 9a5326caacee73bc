import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InputsPlace } from '../../../../src-main/domain/unit-inputs.ts'
import { Project, addWork, honest, lease, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey, hex, unitAt } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const [A, B] = [donorKey(1), donorKey(2)]
const limits = { quorum: 2, maxFuel: 1000n, maxOutputBytes: 64 }

function lines(...texts: readonly string[]): InputsPlace {
  const path = join(tempDir(), 'list.jsonl')
  writeFileSync(path, texts.join('\n'))
  return { kind: 'lines', path }
}
function folder(...names: readonly string[]): InputsPlace {
  const path = tempDir()
  for (const name of names) writeFileSync(join(path, name), name)
  return { kind: 'folder', path }
}
const add = async ({ publisher }: Rig, inputs: InputsPlace, args: string[] = []): Promise<unknown> =>
  publisher.handlers.addBatch({ app: 'mersenne', inputs, args, ...limits })

describe('a batch with inputs', () => {
  it('has a unit for each of them, and results under their names', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    expect(await add(rig, folder('a.txt', 'b.txt'), ['{n}', '/in/{name}'])).toEqual({
      batch: 1,
      units: 2,
      app: 0,
    })
    await lease(rig, A)
    await lease(rig, B)
    for (const donor of [A, B]) await submit(rig, donor, [honest(unitAt(1, 1))])
    const { units } = await rig.publisher.handlers.results({ cursor: '', limit: 10 })
    expect(units).toMatchObject([{ unit: '1.1', n: 1, name: 'b.txt', args: ['1', '/in/b.txt'] }])
  })

  it('keeps its verified results when its inputs are lost, under their numbers and without arguments', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    await add(rig, folder('a.txt', 'b.txt'), ['/in/{name}'])
    await lease(rig, A)
    await lease(rig, B)
    for (const donor of [A, B]) await submit(rig, donor, [honest(unitAt(0)), honest(unitAt(1, 1))])
    project.bytes.inputs.clear()
    const again = await project.start()
    const { units } = await again.publisher.handlers.results({ cursor: '', limit: 10 })
    expect(units.map(({ unit, name, args }) => ({ unit, name, args }))).toEqual([
      { unit: '0.0', name: '100', args: ['100'] },
      { unit: '1.1', name: '1', args: undefined },
    ])
  })

  it('leaves nothing behind where a unit is none', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    await expect(add(rig, lines('{}', '{"arg":1}'))).rejects.toThrow('list.jsonl:2: ')
    await expect(add(rig, lines(`{"args":["${'x'.repeat(4090)}"]}`), ['0123456789'])).rejects.toThrow(
      'Unit 0: ',
    )
    await expect(add(rig, lines('{}'), ['{name}'])).rejects.toThrow('{name}')
    expect(rig.publisher.status.batches).toHaveLength(1)
    expect(project.bytes.inputs.size).toBe(0)
  })

  it('that was cut off while it was added is dropped at the next start', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    await add(rig, lines('{}'))
    project.bytes.inputs.set(hex(0xdead), [])
    rig.store.setSetting('inputs-draft', hex(0xdead))
    const again = await project.start()
    expect(project.bytes.inputs.size).toBe(1)
    expect(await lease(again, A)).toEqual([unitAt(0), unitAt(0, 1)])
  })

  it('is not handed out where its inputs are lost, and the log says so', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    await add(rig, lines('{}'))
    project.bytes.inputs.clear()
    const again = await project.start()
    expect(await lease(again, A)).toEqual([unitAt(0)])
    expect(again.logged).toContain('error inputs-lost')
  })
})
