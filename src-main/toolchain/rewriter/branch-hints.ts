import { ByteWriter } from '../leb128/byte-writer.ts'

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

  /** Name and content of the section, which stands in front of the code. */
  section(): ByteWriter {
    return new ByteWriter().name(SECTION_NAME).u32(this.#functions).raw(this.#content.view())
  }
}
