import { LIMITS } from '../domain/limits.ts'
import { RESERVED_PREFIX } from './meter-abi.ts'
import { refused } from './refusals.ts'
import { importType } from './wasi-names.ts'
import { EXTERNAL_KIND, functionType, type FunctionType, type WasmModule } from './wasm/module.ts'

/** Tables live in the host's heap, outside the memory limit, at some 24 bytes an element. */
export const TABLE_ELEMENTS_MAX = 100_000
const TABLES_MAX = 16

/**
 * Refuses (`module-refused`) what would let a module be unmetered, unbounded or different from machine to machine.
 * Multiple results and tail calls pass: the meter charges blocks, so neither needs special care.
 */
export function checkPolicy(module: WasmModule): void {
  if (module.hasStart)
    throw refused('a start section runs before the host can meter it; export _start instead')
  checkImports(module)
  checkExports(module)
  checkTables(module)
  checkBodies(module)
}

function checkImports(module: WasmModule): void {
  for (const [index, item] of module.imports.entries()) {
    const name = `${item.module}.${item.name}`
    if (item.module.startsWith(RESERVED_PREFIX)) throw refused(`import ${name} uses a reserved name`, index)
    const expected = importType(item.module, item.name)
    if (expected === undefined) throw refused(`import ${name} is unknown`, index)
    const actual = module.types[item.typeIndex]
    if (!sameType(actual, expected)) throw refused(`import ${name} has the wrong type`, index)
  }
}

function checkExports(module: WasmModule): void {
  if (module.memories.length !== 1)
    throw refused(`it has ${String(module.memories.length)} memories of its own instead of one`)
  for (const { name } of module.exports)
    if (name.startsWith(RESERVED_PREFIX)) throw refused(`export ${name} uses a reserved name`)
  const memory = module.exports.find((item) => item.name === 'memory')
  if (memory?.kind !== EXTERNAL_KIND.memory) throw refused('its memory is not exported as "memory"')
  const start = module.exports.find((item) => item.name === '_start')
  if (start?.kind !== EXTERNAL_KIND.function) throw refused('there is no exported function _start')
  if (!sameType(functionType(module, start.index), { params: [], results: [] }))
    throw refused('_start takes or returns values', start.index)
}

function checkTables(module: WasmModule): void {
  if (module.tables.length > TABLES_MAX) throw refused(`more than ${String(TABLES_MAX)} tables`)
  for (const { min } of module.tables)
    if (min > TABLE_ELEMENTS_MAX) throw refused(`a table of more than ${String(TABLE_ELEMENTS_MAX)} elements`)
}

/** What stands in the bodies is looked at where they are decoded, by {@link BodyCode.read}. */
function checkBodies(module: WasmModule): void {
  for (const [own, { start, end }] of module.bodies.entries())
    if (end - start > LIMITS.functionBodyBytes)
      throw refused(
        `a body of more than ${String(LIMITS.functionBodyBytes / 1024)} KiB`,
        module.imports.length + own,
      )
}

function sameType(actual: FunctionType | undefined, expected: FunctionType): boolean {
  return (
    actual !== undefined &&
    actual.params.join() === expected.params.join() &&
    actual.results.join() === expected.results.join()
  )
}
