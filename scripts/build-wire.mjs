// Generates the codecs of src-main/contracts/wire/spec from the schema below: `node scripts/build-wire.mjs`.
// The schema is append-only: hyperschema refuses a change that old peers could not read.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Hyperschema from 'hyperschema'
import { declareTypes } from './wire/declarations.mjs'
import { structs } from './wire/structs.mjs'

const SPEC_DIR = resolve(import.meta.dirname, '../src-main/contracts/wire/spec')

/**
 * The generated files by name. `earlier` is the schema.json that peers already use; without it the versions of all
 * fields start anew.
 */
export function generateSpec(earlier) {
  const schema = Hyperschema.from(earlier ?? null)
  const wire = schema.namespace('wire')
  for (const struct of structs) wire.register(struct)
  const json = schema.toJSON({ dir: null })
  // The runtime beside spec/ replaces two primitives that trust the sender: list lengths and UTF-8.
  const runtime = "import { c } from 'hyperschema/runtime'"
  const code = schema.toCode({ esm: true })
  if (!code.includes(runtime)) throw new Error('hyperschema no longer imports its runtime as expected')
  return {
    'schema.json': `${JSON.stringify(json, null, 2)}\n`,
    'index.js': code.replace(runtime, "import { c } from '../runtime.ts'"),
    'index.d.ts': declareTypes(json),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const schemaPath = join(SPEC_DIR, 'schema.json')
  const earlier = existsSync(schemaPath) ? JSON.parse(readFileSync(schemaPath, 'utf8')) : undefined
  mkdirSync(SPEC_DIR, { recursive: true })
  for (const [name, text] of Object.entries(generateSpec(earlier))) writeFileSync(join(SPEC_DIR, name), text)
}
