import { ByteReader } from '../leb128/byte-reader.ts'
import { readConstExpression } from '../wasm/const-expression.ts'
import { SECTION, type WasmModule } from '../wasm/module.ts'

export interface GlobalType {
  readonly type: number
  readonly isMutable: boolean
}

/** Types of the module's globals, in their order. */
export function globalTypes(module: WasmModule): GlobalType[] {
  const globals: GlobalType[] = []
  eachGlobal(module, (type, isMutable) => globals.push({ type, isMutable }))
  return globals
}

/**
 * Indices of the functions that can be in a table: those of element segments, and those that globals hold, for an
 * element may be taken from one. Right for modules that change no tables.
 */
export function functionsInTables(module: WasmModule): Set<number> {
  const found = new Set<number>()
  const expression = (reader: ByteReader): void => {
    for (const { functionIndex } of readConstExpression(reader)) found.add(functionIndex)
  }
  eachGlobal(module, (_type, _isMutable, references) => {
    for (const { functionIndex } of references) found.add(functionIndex)
  })
  const range = module.sections.get(SECTION.element)
  if (range === undefined) return found
  const reader = new ByteReader(module.bytes, range.start, range.end)
  for (let segments = reader.u32(); segments > 0; segments--) {
    const form = reader.u32()
    const [isPassiveOrDeclared, namesTableOrKind] = [(form & 1) !== 0, (form & 2) !== 0]
    if (!isPassiveOrDeclared) {
      if (namesTableOrKind) reader.u32()
      expression(reader)
    }
    if (isPassiveOrDeclared || namesTableOrKind) reader.byte()
    for (let left = reader.u32(); left > 0; left--)
      if ((form & 4) !== 0) expression(reader)
      else found.add(reader.u32())
  }
  return found
}

function eachGlobal(
  module: WasmModule,
  one: (type: number, isMutable: boolean, references: ReturnType<typeof readConstExpression>) => void,
): void {
  const range = module.sections.get(SECTION.global)
  if (range === undefined) return
  const reader = new ByteReader(module.bytes, range.start, range.end)
  for (let left = reader.u32(); left > 0; left--) {
    const type = reader.byte()
    const isMutable = reader.byte() === 1
    one(type, isMutable, readConstExpression(reader))
  }
}
