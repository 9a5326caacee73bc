import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import type { UnitFile } from '../../../src-main/domain/unit-file.ts'

/** One module of wasi-testsuite and what its specification says (doc/specification.md there, the short form). */
export interface WasiCase {
  /** Path relative to the folder, without the ending. */
  readonly name: string
  readonly module: Uint8Array<ArrayBuffer>
  readonly args: readonly string[]
  readonly environment: readonly string[]
  /** What the test finds in `/`; absent: no folder at all. */
  readonly root?: readonly UnitFile[]
  readonly exitCode: number
  /** Absent: anything. */
  readonly stdout?: string
  readonly stderr?: string
}

const specification = v.strictObject({
  args: v.optional(v.array(v.string()), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
  root: v.exactOptional(v.string()),
  exit_code: v.optional(v.number(), 0),
  stdout: v.exactOptional(v.string()),
  stderr: v.exactOptional(v.string()),
})

/** Every preview 1 module below `folder`, in order of their names. Throws on a specification of another form. */
export function findCases(folder: string): WasiCase[] {
  const isOther = (path: string): boolean => /wasip[23]/.test(path)
  const paths = globSync('**/*.wasm', { cwd: folder }).filter((path) => !isOther(path))
  return paths.sort().map((path) => readCase(folder, path))
}

function readCase(folder: string, path: string): WasiCase {
  const modulePath = join(folder, path)
  const specPath = modulePath.replace(/\.wasm$/, '.json')
  const raw: unknown = existsSync(specPath) ? JSON.parse(readFileSync(specPath, 'utf8')) : {}
  const { args, env, root, exit_code: exitCode, ...streams } = v.parse(specification, raw)
  return {
    name: path.replace(/\.wasm$/, ''),
    module: new Uint8Array(readFileSync(modulePath)),
    args,
    environment: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...(root === undefined ? {} : { root: filesBelow(join(dirname(modulePath), root)) }),
    exitCode,
    ...streams,
  }
}

/** What earlier runs of other programs left behind is no part of a test. */
function filesBelow(folder: string): UnitFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !basename(entry.name).endsWith('.cleanup'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: path.slice(folder.length + 1).replaceAll('\\', '/'),
      bytes: new Uint8Array(readFileSync(path)),
    }))
}
