import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { builtFile } from './build.ts'

/** How a command of the built command line ended. */
export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on until it is stopped. */
export interface Running {
  readonly child: ChildProcess
  /** Resolves with the first line of standard output, parsed, that fits; rejects when the command ends first. */
  readonly line: (fits: (line: unknown) => boolean) => Promise<unknown>
  readonly ended: Promise<Ended>
  /** Sends the signal and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

/** Asked for once: a source that changes while tests run must not change what they run. */
let cliPath: Promise<string> | undefined

/** Runs a command to its end. */
export async function runCli(homeDir: string, ...args: readonly string[]): Promise<Ended> {
  return (await startCli(homeDir, ...args)).ended
}

/** Starts a command. Long-running ones are given `--json`, so that their lines can be understood. */
export async function startCli(homeDir: string, ...args: readonly string[]): Promise<Running> {
  return startCliInside([], homeDir, ...args)
}

/** As {@link runCli}, with words before the command. */
export async function runInside(
  before: readonly string[],
  homeDir: string,
  ...args: readonly string[]
): Promise<Ended> {
  return (await startCliInside(before, homeDir, ...args)).ended
}

/** As {@link startCli}, with words before the command: `ip netns exec NAME`. */
export async function startCliInside(
  before: readonly string[],
  homeDir: string,
  ...args: readonly string[]
): Promise<Running> {
  cliPath ??= builtFile('main/cli.js')
  return startProgram([...before, process.execPath, await cliPath, ...args], homeDir)
}

/** Starts a program in this Node that writes a line of JSON at a time. */
export function startScript(homeDir: string, scriptPath: string, ...args: readonly string[]): Running {
  return startProgram([process.execPath, scriptPath, ...args], homeDir)
}

/** Any program that prints lines of JSON and goes on until it is stopped. */
export function startProgram(words: readonly string[], homeDir: string): Running {
  const [file = '', ...args] = words
  const child = spawn(file, args, {
    env: { ...process.env, POWERSWARM_HOME: homeDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const ended = once(child, 'close').then(() => ({ exitCode: child.exitCode, stdout, stderr }))
  const lines = createInterface({ input: child.stdout })
  return {
    child,
    ended,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = (text: string): void => {
          const line: unknown = JSON.parse(text)
          if (!fits(line)) return
          lines.off('line', look)
          resolve(line)
        }
        lines.on('line', look)
        void ended.then(() => reject(new Error(`ended without that line: ${stderr}`)))
      }),
    stop: async (signal = 'SIGINT') => {
      child.kill(signal)
      return ended
    },
  }
}
