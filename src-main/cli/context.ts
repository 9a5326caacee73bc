import type { Command } from 'commander'
import { defaultHomeDir } from '../engine/create-engine.ts'
import { createOutput, type Output, type Terminal } from './output.ts'

/** What the process gives every command. */
export interface CliIo {
  readonly answers: Terminal
  readonly talk: Terminal
}

/** What every command knows besides its own options. */
export interface CommandContext {
  readonly homeDir: string
  /** Value of `--project`. */
  readonly project: string | undefined
  readonly output: Output
}

interface CommonOptions {
  readonly home?: string
  readonly project?: string
  readonly json?: true
  readonly quiet?: true
}

/** Options that every command takes, before or behind its name. */
export function addCommonOptions(program: Command): Command {
  return program
    .option('--project <name>', 'which project, when you publish several')
    .option('--home <dir>', 'data folder (default: $POWERSWARM_HOME, else the app’s own)')
    .option('--json', 'answer in JSON, one object a line; errors too')
    .option('--quiet', 'say only the answer and errors')
}

export function contextOf(command: Command, io: CliIo): CommandContext {
  const { home, project, json, quiet } = command.optsWithGlobals<CommonOptions>()
  return {
    homeDir: home ?? defaultHomeDir(),
    project,
    output: createOutput({ ...io, json: json ?? false, quiet: quiet ?? false }),
  }
}

/** Examples at the end of a command's help: what to type, and what it does. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  const texts = lines.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`])
  return ['', lines.length === 1 ? 'Example:' : 'Examples:', ...texts].join('\n')
}
