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

/**
 * Parts of a script that can run one without the other, of `modulesMax` modules each unless later commands refer to
 * earlier modules. A script that registers modules stays whole: any import may be of them.
 */
export function partsOf({ commands }: Script, modulesMax: number): Script[] {
  if (commands.some(({ type }) => type === 'register')) return [{ commands }]
  const parts: Command[][] = [[]]
  let modules = 0
  let needed = 0
  for (const [at, command] of commands.entries()) {
    if (command.type === 'module') {
      modules += 1
      if (modules > modulesMax && at > needed) {
        parts.push([])
        modules = 1
      }
      needed = Math.max(needed, lastUse(commands, command.name))
    }
    parts.at(-1)?.push(command)
  }
  return parts.map((part) => ({ commands: part }))
}

function lastUse(commands: readonly Command[], name: string | undefined): number {
  return name === undefined ? -1 : commands.findLastIndex(({ action }) => action?.module === name)
}
