import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { UnitInputs } from '../../../src-main/domain/unit-inputs.ts'
import { openInputs } from '../../../src-main/engine/adapters/inputs/input-places.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir: string
beforeEach(() => {
  dir = tempDir()
})

function put(path: string, content = path): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}

async function read(kind: 'folder' | 'lines', path = dir): Promise<UnitInputs[]> {
  const units: UnitInputs[] = []
  for await (const unit of openInputs({ kind, path })) units.push(unit)
  return units
}
const file = (path: string, content = path): object => ({ path, bytes: new TextEncoder().encode(content) })

describe('a folder of inputs', () => {
  it('gives a unit for each entry by name: files as they are, folders by what they hold', async () => {
    put('b.pdb')
    put('a/x')
    put('a/deep/y')
    put('.hidden')
    mkdirSync(join(dir, 'c'))
    expect(await read('folder')).toEqual([
      {
        name: 'a',
        args: [],
        stdin: new Uint8Array(),
        files: [file('deep/y', 'a/deep/y'), file('x', 'a/x')],
      },
      { name: 'b.pdb', args: [], stdin: new Uint8Array(), files: [file('b.pdb')] },
      { name: 'c', args: [], stdin: new Uint8Array(), files: [] },
    ])
  })

  it('refuses what is neither file nor folder, and names whose results would meet', async () => {
    symlinkSync('/dev/null', join(dir, 'link'))
    await expect(read('folder')).rejects.toThrow(`${join(dir, 'link')} is neither`)
    dir = tempDir()
    put('a')
    put('a.out')
    await expect(read('folder')).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(read('folder', join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'file-not-found' })
    await expect(read('folder', join(dir, 'a'))).rejects.toThrow('is not a folder')
  })
})

describe('a list of inputs', () => {
  it('gives a unit for each line; paths are seen from the list', async () => {
    put('data/a', 'A')
    put('list.jsonl', '{"args":["1"]}\n\n{"stdin":{"file":"data/a"},"files":{"in":"data/a"}}')
    expect(await read('lines', join(dir, 'list.jsonl'))).toEqual([
      { name: '', args: ['1'], stdin: new Uint8Array(), files: [] },
      { name: '', args: [], stdin: Uint8Array.of(65), files: [file('in', 'A')] },
    ])
  })

  it('finds lines wherever a chunk ends', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => JSON.stringify({ args: ['x'.repeat(i % 97)] }))
    put('list.jsonl', `${lines.join('\n')}\n`)
    const units = await read('lines', join(dir, 'list.jsonl'))
    expect(units.map(({ args }) => args[0]?.length)).toEqual(lines.map((_, i) => i % 97))
  })

  it.each([
    ['{"args":[]}\n{"x":1}\n', ':2: ', 'bad-argument'],
    ['\n\n{"stdin":{"file":"none"}}\n', ':3: ', 'file-not-found'],
    ['{"files":{"../a":{"text":""}}}', ':1: ', 'bad-argument'],
    ['{"stdin":"\u0000"', ':1: ', 'bad-argument'],
  ])('says where %j is wrong', async (content, where, code) => {
    put('list.jsonl', content)
    await expect(read('lines', join(dir, 'list.jsonl'))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`list.jsonl${where}`) as string,
    })
  })

  it('is refused where it is not UTF-8, or not there', async () => {
    writeFileSync(join(dir, 'list.jsonl'), Uint8Array.of(0x22, 0xff, 0x22))
    await expect(read('lines', join(dir, 'list.jsonl'))).rejects.toThrow(/:1: the line is not UTF-8/)
    await expect(read('lines', join(dir, 'none'))).rejects.toMatchObject({ code: 'file-not-found' })
  })
})
