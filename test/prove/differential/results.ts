import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readIfPresent } from '../../../scripts/setup/stamp.mjs'

export interface Different {
  readonly seed: number
  readonly difference: string
}

/** One line of the results: the seeds `from`..`to` - 1, compared by the code of that name. */
export interface Chunk {
  readonly code: string
  readonly from: number
  readonly to: number
  readonly trapped: number
  readonly fuel: string
  readonly different: readonly Different[]
}

/** Results in a file of lines, one JSON value each. Only what this very code did counts as done. */
export class Results {
  readonly code = codeName()
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
  }

  /** Chunks of this code, in the order in which they were done. */
  done(): Chunk[] {
    return this.#chunks().filter(({ code }) => code === this.code)
  }

  /** Seeds that ever differed, under whatever code: the first to be tried again. */
  keptSeeds(): number[] {
    const seeds = this.#chunks().flatMap(({ different }) => different.map(({ seed }) => seed))
    return [...new Set(seeds)].sort((a, b) => a - b)
  }

  append(line: object): void {
    appendFileSync(this.#path, `${JSON.stringify({ code: this.code, ...line })}\n`)
  }

  #chunks(): Chunk[] {
    const lines = (readIfPresent(this.#path) ?? '').split('\n').filter((line) => line !== '')
    return lines.flatMap((line) => {
      const value = parsed(line)
      return isChunk(value) ? [value] : []
    })
  }
}

/** A line that a failing machine left half-written is no result. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isChunk(value: unknown): value is Chunk {
  return typeof value === 'object' && value !== null && 'from' in value && 'different' in value
}

/** A hash over what decides the results: the toolchain and what makes and compares modules. */
function codeName(): string {
  const hash = createHash('sha256')
  for (const folder of ['src-main/toolchain', 'test/support/random-module']) {
    const dir = join(import.meta.dirname, '../../..', folder)
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(dir, file)))
  }
  return hash.digest('hex').slice(0, 16)
}
