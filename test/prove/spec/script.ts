import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `wast2json` makes of a script of the WebAssembly test suite, as far as it is used here. */
export interface Script {
  readonly commands: readonly Command[]
}

export interface Command {
  readonly type: string
  readonly line: number
  readonly filename?: string
  readonly name?: string
  readonly as?: string
  readonly action?: Action
  readonly expected?: readonly Value[]
}

export interface Action {
  readonly type: string
  readonly module?: string
  readonly field: string
  readonly args?: readonly Value[]
}

/** Numbers are bit patterns in decimal, or `nan:canonical` and `nan:arithmetic` where a NaN is expected. */
export interface Value {
  readonly type: string
  readonly value?: string | readonly string[]
  readonly lane_type?: string
}

export function readScript(dir: string, file: string): Script {
  return JSON.parse(readFileSync(join(dir, file), 'utf8')) as Script
}
