import type { Hex32 } from './ids.ts'
import { LIMITS } from './limits.ts'
import type { UnitFile } from './unit-file.ts'

/** What one unit of a batch with inputs is given beside the batch's own arguments. */
export interface UnitInputs {
  /** What `{name}` stands for and its results are called by; empty where the unit has only its number. */
  readonly name: string
  /** Come after the arguments of the batch. */
  readonly args: readonly string[]
  readonly stdin: Uint8Array
  /** What the unit finds in `/in`. */
  readonly files: readonly UnitFile[]
}

/** Where the inputs of a batch are: in a static core, named by its content. */
export interface BatchInputs {
  readonly key: Hex32
  /** Of all inputs and their index together. */
  readonly byteLength: number
}

/** Where a publisher has the inputs: an absolute path on the engine's own disk. */
export interface InputsPlace {
  /** `folder`: a unit for each entry; `lines`: a unit for each line of JSON. */
  readonly kind: 'folder' | 'lines'
  readonly path: string
}

export const NO_INPUTS: UnitInputs = { name: '', args: [], stdin: new Uint8Array(), files: [] }

/** Bytes that a unit's inputs take in memory, roughly. */
export function inputBytes({ stdin, files }: UnitInputs): number {
  return files.reduce((sum, { bytes }) => sum + bytes.byteLength, stdin.byteLength)
}

/** Blocks of a core of that many bytes. */
export function inputBlocks(byteLength: number): number {
  return Math.ceil(byteLength / LIMITS.inputBlockBytes)
}
