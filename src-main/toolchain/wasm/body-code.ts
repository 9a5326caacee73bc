import { ByteReader } from '../leb128/byte-reader.ts'
import { malformed, refused } from '../refusals.ts'
import { codeOf } from './codes.ts'
import { emptyInstruction, MULTIPLE_MEMORIES, readInstruction } from './instruction.ts'
import type { WasmModule } from './module.ts'
import { OP } from './opcodes.ts'

/** Partner of a function's last `end`. */
const FUNCTION = -1

/**
 * The instructions of one function in columns, decoded once for everything that is to know about them. An object
 * serves for one function after the other: modules hold millions of instructions.
 *
 * All places are indices of instructions; the last one is the function's own `end`.
 */
export class BodyCode {
  count = 0
  /** See {@link codeOf}. */
  readonly codes: Uint16Array
  /** Offset of the first byte in the module; at `count`, the end of the body. */
  readonly starts: Int32Array
  /** The first immediate: label, index, or block type. */
  readonly indices: Int32Array
  readonly secondIndices: Int32Array
  /** From block, loop and if to their `end`, and back. */
  readonly partners: Int32Array
  /** From an `if` to its `else`; 0 for none. */
  readonly elses: Int32Array
  /** 1 at the block, loop or if whose label a br_table names. */
  readonly tableTargets: Uint8Array
  readonly #instruction = emptyInstruction()
  readonly #open: number[] = []

  readonly #severalMemories: boolean

  /**
   * For bodies of at most `bodyBytes` bytes: an instruction takes at least one. `severalMemories`: accepted, because
   * the code is the rewriter's own.
   */
  constructor(bodyBytes: number, severalMemories = false) {
    const capacity = bodyBytes + 1
    this.#severalMemories = severalMemories
    this.codes = new Uint16Array(capacity)
    this.starts = new Int32Array(capacity)
    this.indices = new Int32Array(capacity)
    this.secondIndices = new Int32Array(capacity)
    this.partners = new Int32Array(capacity)
    this.elses = new Int32Array(capacity)
    this.tableTargets = new Uint8Array(capacity)
  }

  /** Decodes own function number `own`. Throws `module-refused` for instructions of proposals that are not accepted. */
  read(module: WasmModule, own: number): void {
    const body = module.bodies[own]
    if (body === undefined) throw new RangeError(`there is no function ${String(own)}`)
    const reader = new ByteReader(module.bytes, body.code, body.end)
    const instruction = this.#instruction
    this.#open.length = 0
    let at = 0
    while (reader.position < body.end) {
      readInstruction(reader, instruction)
      const { excluded } = instruction
      if (excluded !== undefined && !(this.#severalMemories && excluded === MULTIPLE_MEMORIES))
        throw refused(`it uses ${excluded}`, module.imports.length + own)
      this.codes[at] = codeOf(instruction)
      this.starts[at] = instruction.start
      this.indices[at] = instruction.index
      this.secondIndices[at] = instruction.secondIndex
      this.tableTargets[at] = 0
      if (instruction.opcode <= OP.brTable) this.#nest(at, instruction.opcode, module.bytes)
      at += 1
      if (instruction.opcode === OP.end && this.partners[at - 1] === FUNCTION) break
    }
    if (reader.position !== body.end) throw malformed('code behind the end of a body', reader.position)
    if (this.partners[at - 1] !== FUNCTION || this.code(at - 1) !== OP.end)
      throw malformed('a body does not end', body.end)
    this.starts[at] = body.end
    this.count = at
  }

  code(at: number): number {
    return this.codes[at] ?? 0
  }

  start(at: number): number {
    return this.starts[at] ?? 0
  }

  index(at: number): number {
    return this.indices[at] ?? 0
  }

  secondIndex(at: number): number {
    return this.secondIndices[at] ?? 0
  }

  partner(at: number): number {
    return this.partners[at] ?? 0
  }

  /** Follows the nesting, and checks it: what works on columns relies on every block being closed. */
  #nest(at: number, opcode: number, bytes: Uint8Array): void {
    const open = this.#open
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) {
      this.elses[at] = 0
      open.push(at)
    } else if (opcode === OP.else) {
      const opener = open.at(-1)
      if (opener === undefined || this.code(opener) !== OP.if || this.elses[opener] !== 0)
        throw malformed('an else without an if', this.start(at))
      this.elses[opener] = at
    } else if (opcode === OP.end) {
      const opener = open.pop() ?? FUNCTION
      this.partners[at] = opener
      if (opener !== FUNCTION) this.partners[opener] = at
    } else if (opcode === OP.br || opcode === OP.brIf) {
      this.#target(this.index(at), at)
    } else if (opcode === OP.brTable) {
      const reader = new ByteReader(bytes, this.start(at) + 1)
      for (let left = reader.u32(); left >= 0; left--) {
        const target = this.#target(reader.u32(), at)
        if (target !== FUNCTION) this.tableTargets[target] = 1
      }
    }
  }

  /** The block, loop or if that a label names, or {@link FUNCTION}. */
  #target(label: number, at: number): number {
    if (label > this.#open.length) throw malformed('a branch to nowhere', this.start(at))
    return this.#open[this.#open.length - 1 - label] ?? FUNCTION
  }
}
