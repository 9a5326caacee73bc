import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SPEC_DIR = join(import.meta.dirname, '../../../src-main/contracts/wire/spec')
const committed = (name: string): string => readFileSync(join(SPEC_DIR, name), 'utf8')

interface Generator {
  generateSpec(earlier?: unknown): Readonly<Record<string, string>>
}
const generator = (): Promise<Generator> => import('../../../scripts/build-wire.mjs')

describe('the generated codecs', () => {
  it('are what the schema generates', async () => {
    const { generateSpec } = await generator()
    const files = generateSpec(JSON.parse(committed('schema.json')))
    expect(Object.keys(files).sort()).toEqual(['index.d.ts', 'index.js', 'schema.json'])
    for (const [name, text] of Object.entries(files)) expect(committed(name), name).toBe(text)
  })

  it('cannot be changed where old peers would misread them', async () => {
    const { generateSpec } = await generator()
    const earlier = JSON.parse(committed('schema.json')) as {
      schema: { name: string; fields: { type: string }[] }[]
    }
    const hello = earlier.schema.find(({ name }) => name === 'hello')!
    hello.fields[1]!.type = 'fixed64'
    expect(() => generateSpec(earlier)).toThrow('Field was modified')
  })
})
