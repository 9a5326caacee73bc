import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PublisherStatus } from '../../../src-main/contracts/publisher-state.ts'
import { runCli, startCli, type Ended } from '../command-line.ts'
import { Choice } from '../random-module/choice.ts'
import { printingApp } from '../small-apps.ts'
import { checkBackedUp, checkProject, checkResults, KNOWN_UNITS, LISTED_UNITS } from './checks.ts'

/** A publisher's whole way, every command of it interrupted by Ctrl-C once and then given again. */
export interface InterruptReport {
  readonly seed: number
  /** When each was interrupted, and how it ended: by the signal, with a status, or before it came. */
  readonly interrupts: readonly Interrupt[]
}
export interface Interrupt {
  readonly command: string
  readonly afterMs: number
  readonly end: 'signal' | 'stopped' | 'done'
}

/** Of a command that was not interrupted, from start to end; what is learnt is kept for the next round. */
const usualMs = new Map<string, number>()
const FIRST_GUESS_MS = 500
const SERVED_MS = 800
/** A command that goes on longer after Ctrl-C hangs. */
const END_MS = 20_000

export interface RoundInit {
  readonly seed: number
  /** `host:port` of a private DHT. */
  readonly bootstrap: string
}

/** Throws when something is half-done, or does not work again. */
export async function interruptRound({ seed, bootstrap }: RoundInit): Promise<InterruptReport> {
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-interrupts-'))
  const choice = new Choice(seed)
  const interrupts: Interrupt[] = []
  const file = (name: string): string => join(dir, name)
  const home = file('home')
  const interrupted = async (homeDir: string, words: readonly string[]): Promise<void> => {
    interrupts.push(await interrupt(homeDir, words, choice))
  }
  /** Once interrupted, then to its end. */
  const twice = async (homeDir: string, ...words: readonly string[]): Promise<void> => {
    await interrupted(homeDir, words)
    await again(homeDir, words)
  }
  const status = async (homeDir: string): Promise<PublisherStatus> => {
    const { stdout, stderr } = await runCli(homeDir, 'status', '--json')
    if (stdout === '') throw new Error(`no status: ${stderr}`)
    return JSON.parse(stdout) as PublisherStatus
  }
  try {
    writeFileSync(file('hello.wasm'), printingApp('hello\n'))
    writeFileSync(file('known.jsonl'), knownAnswers())
    writeFileSync(file('units.jsonl'), '{"args": ["x"], "stdin": "some text"}\n'.repeat(LISTED_UNITS))
    await twice(home, 'project', 'create', 'p', '--purpose', 'x', '--bootstrap', bootstrap)
    await twice(home, 'app', 'add', file('hello.wasm'))
    const range = `0..${String(KNOWN_UNITS - 1)}`
    const batch = ['batch', 'add', '--app', 'hello']
    await twice(home, ...batch, '--range', range, '--arg', '{n}', '--known', file('known.jsonl'))
    await twice(home, ...batch, '--inputs', file('units.jsonl'))
    const serve = ['serve', '--verify-cores', '0', '--host', '127.0.0.1', '--json']
    await interrupted(home, serve)
    await served(home, serve)
    const whole = await status(home)
    checkProject(home, whole)
    await twice(home, 'results', '--out', file('results'))
    checkResults(file('results'), whole)
    await twice(home, 'backup', '--out', file('backup'))
    const other = file('other')
    await twice(other, 'restore', file('backup'), '--newest')
    checkProject(other, await status(other))
    checkBackedUp(whole, await status(other))
    return { seed, interrupts }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function interrupt(homeDir: string, words: readonly string[], choice: Choice): Promise<Interrupt> {
  const command = nameOf(words)
  const afterMs = choice.below(usualMs.get(command) ?? FIRST_GUESS_MS)
  const { child, ended } = await startCli(homeDir, ...words)
  await Promise.race([delay(afterMs), ended])
  const wasDone = child.exitCode !== null
  child.kill('SIGINT')
  const hung = setTimeout(() => child.kill('SIGKILL'), END_MS)
  const { exitCode, stderr } = await ended
  clearTimeout(hung)
  const { signalCode } = child
  if (signalCode === 'SIGKILL') throw new Error(`${command} went on after Ctrl-C at ${String(afterMs)} ms`)
  if (stderr.includes('internal error') || (signalCode === null && exitCode !== 0))
    throw new Error(`${command}, Ctrl-C at ${String(afterMs)} ms: status ${String(exitCode)}: ${stderr}`)
  return { command, afterMs, end: wasDone ? 'done' : signalCode === null ? 'stopped' : 'signal' }
}

/** Works, unless the first one was done before it was interrupted. */
async function again(homeDir: string, words: readonly string[]): Promise<void> {
  const startedMs = performance.now()
  const end: Ended = await runCli(homeDir, ...words)
  if (end.exitCode === 0) usualMs.set(nameOf(words), Math.ceil(performance.now() - startedMs))
  else if (!/already/.test(end.stderr)) throw new Error(`${nameOf(words)} again: ${end.stderr}`)
}

async function served(homeDir: string, words: readonly string[]): Promise<void> {
  const startedMs = performance.now()
  const publisher = await startCli(homeDir, ...words)
  await publisher.line((line) => (line as PublisherStatus).serving)
  usualMs.set(nameOf(words), Math.ceil(performance.now() - startedMs) + SERVED_MS)
  const { exitCode, stderr } = await publisher.stop()
  if (exitCode !== 0) throw new Error(`serve again: status ${String(exitCode)}: ${stderr}`)
}

function nameOf(words: readonly string[]): string {
  const [first = '', second = ''] = words
  const name = second.startsWith('-') || second.startsWith('/') ? first : `${first} ${second}`
  return words.includes('--inputs') ? `${name} --inputs` : name
}

function knownAnswers(): string {
  const answer = (n: number): string =>
    JSON.stringify({ n, outcome: 'ok', fuel: '1000', stdout: `hello ${String(n)}\n` })
  return Array.from({ length: KNOWN_UNITS }, (_, n) => `${answer(n)}\n`).join('')
}
