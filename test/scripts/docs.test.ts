import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rootDir } from '../../scripts/setup/paths.mjs'

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...globSync('{resources/docs,src-main}/**/*.md', { cwd: rootDir }),
]
const textOf = (page: string): string => readFileSync(join(rootDir, page), 'utf8')

describe.each(pages)('%s', (page) => {
  it('names benches and proofs that are there', () => {
    const named = [...textOf(page).matchAll(/npm run (?:-s )?(bench|prove) -- ([a-z][a-z0-9-]*)/g)]
    const missing = named.filter(
      ([, kind = '', name = '']) =>
        !existsSync(join(rootDir, 'test', kind, kind === 'bench' ? `${name}.bench.ts` : `${name}.ts`)),
    )
    expect(missing.map(([words]) => words)).toEqual([])
  })

  it('links to files that are there', () => {
    const targets = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, path = '']) => path,
    )
    expect(targets.filter((path) => !existsSync(join(rootDir, dirname(page), path)))).toEqual([])
  })
})
