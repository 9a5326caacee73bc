import { ByteWriter } from '../../src-main/toolchain/leb128/byte-writer.ts'
import { BodyCode } from '../../src-main/toolchain/wasm/body-code.ts'
import { decodeModule } from '../../src-main/toolchain/wasm/decoder.ts'
import { SECTION } from '../../src-main/toolchain/wasm/module.ts'

export interface FoundInstruction {
  readonly own: number
  /** Place among the function's instructions. */
  readonly at: number
  readonly code: number
  readonly index: number
  readonly secondIndex: number
  readonly bytes: readonly number[]
}

/** All instructions of these own functions; there may be several memories. */
export function instructionsOf(bytes: Uint8Array, functions: readonly number[]): FoundInstruction[] {
  const module = decodeModule(bytes)
  const body = new BodyCode(bytes.length, true)
  return functions.flatMap((own) => {
    body.read(module, own)
    return Array.from({ length: body.count }, (_, at) => ({
      own,
      at,
      code: body.code(at),
      index: body.index(at),
      secondIndex: body.secondIndex(at),
      bytes: [...bytes.subarray(body.start(at), body.start(at + 1))],
    }))
  })
}

/** The module with other bytes in the place of one instruction. */
export function replaceInstruction(
  bytes: Uint8Array,
  { own, at }: Pick<FoundInstruction, 'own' | 'at'>,
  by: readonly number[],
): Uint8Array {
  const module = decodeModule(bytes)
  const code = new BodyCode(bytes.length, true)
  code.read(module, own)
  const { start, end } = module.bodies[own]!
  const edited = [...bytes.subarray(start, code.start(at)), ...by, ...bytes.subarray(code.start(at + 1), end)]
  return replaceBody(bytes, own, edited)
}

/** The module with another body, locals included. Custom sections are left out. */
export function replaceBody(bytes: Uint8Array, own: number, by: readonly number[]): Uint8Array {
  const { sections, bodies } = decodeModule(bytes)
  const out = new ByteWriter(bytes.length).raw(bytes.subarray(0, 8))
  for (const [id, { start, end }] of [...sections].sort(([, a], [, b]) => a.start - b.start)) {
    const content = new ByteWriter()
    if (id !== SECTION.code) content.raw(bytes.subarray(start, end))
    else {
      content.u32(bodies.length)
      for (const [index, body] of bodies.entries())
        content.sized(new ByteWriter().raw(index === own ? by : bytes.subarray(body.start, body.end)))
    }
    out.byte(id).sized(content)
  }
  return out.toBytes()
}
