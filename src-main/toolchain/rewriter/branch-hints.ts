import { ByteReader } from '../leb128/byte-reader.ts'
import { ByteWriter } from '../leb128/byte-writer.ts'
import { customSection } from '../wasm/custom-section.ts'
import type { ByteRange } from '../wasm/module.ts'

const SECTION_NAME = 'metadata.code.branch_hint'
const UNLIKELY = 0

/**
 * The custom section that tells compilers which branches are hardly ever taken (WebAssembly's branch hinting
 * proposal). Without it they keep everything ready for the call of `tick` at each check, which costs more than the
 * check. It has no meaning beside that, and engines that do not know it skip it.
 */
export class BranchHints {
  readonly #content = new ByteWriter()
  #functions = 0

  /** `offsets` of branches count from the beginning of the function's body, ascending. */
  add(functionIndex: number, offsets: readonly number[]): void {
    if (offsets.length === 0) return
    this.#functions += 1
    this.#content.u32(functionIndex).u32(offsets.length)
    for (const offset of offsets) this.#content.u32(offset).u32(1).byte(UNLIKELY)
  }

  /** Takes over what another section says of a function, whose branches have moved to other offsets. */
  addFrom(
    { byFunction, bytes }: ReadBranchHints,
    functionIndex: number,
    move: (offset: number) => number = (offset) => offset,
  ): void {
    const range = byFunction.get(functionIndex)
    if (range === undefined) return
    const reader = new ByteReader(bytes, range.start, range.end)
    const hints = reader.u32()
    this.#functions += 1
    this.#content.u32(functionIndex).u32(hints)
    for (let left = hints; left > 0; left--) {
      this.#content.u32(move(reader.u32()))
      const length = reader.u32()
      const start = reader.position
      reader.skip(length)
      this.#content.u32(length).raw(bytes.subarray(start, reader.position))
    }
  }

  /** Name and content of the section, which stands in front of the code. */
  section(): ByteWriter {
    return new ByteWriter().name(SECTION_NAME).u32(this.#functions).raw(this.#content.view())
  }
}

/** A module's hints: what stands behind each function's index in the section. */
export interface ReadBranchHints {
  readonly bytes: Uint8Array
  readonly byFunction: ReadonlyMap<number, ByteRange>
}

export function readBranchHints(bytes: Uint8Array): ReadBranchHints {
  const byFunction = new Map<number, ByteRange>()
  const range = customSection(bytes, SECTION_NAME)
  if (range === undefined) return { bytes, byFunction }
  const reader = new ByteReader(bytes, range.start, range.end)
  for (let functions = reader.u32(); functions > 0; functions--) {
    const functionIndex = reader.u32()
    const start = reader.position
    for (let hints = reader.u32(); hints > 0; hints--) {
      reader.u32()
      reader.skip(reader.u32())
    }
    byFunction.set(functionIndex, { start, end: reader.position })
  }
  return { bytes, byFunction }
}
