import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import fc from 'fast-check'
import { failureOf } from '../../../src-main/cli/failure.ts'
import { createProgram } from '../../../src-main/cli/program.ts'
import { lineFault } from '../../../src-main/domain/display-text.ts'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { decoder, type Decoder, type FuzzChoice } from './decoder.ts'
import { nasty, spoilText } from './spoil-text.ts'

/** What people type, of every command; they ask for a project that is not there. */
const VECTORS: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['project', 'create', 'primes', '--purpose', 'Find primes', '--bootstrap', '10.0.0.5:49737'],
  ['project', 'info', '--project', 'primes'],
  ['project', 'link', '--quiet'],
  ['project', 'close'],
  ['app', 'add', 'mersenne.wasm', '--memory', '1GiB', '--checkpoint', '--name', 'x'],
  ['batch', 'add', '--app', 'm', '--range', '0..99', '--arg', '{n}', '--arg', '5', '--quorum', '2'],
  ['batch', 'add', '--app', 'm', '--inputs', 'in', '--max-fuel', '1T', '--output', '1KiB'],
  ['batch', 'add', '--app', 'm', '--range', '0..1', '--max-error', '0.001', '--priority', '-5'],
  ['batch', 'add', '--app', 'm', '--range', '0..1', '--deadline', '2031-01-01', '--known', 'k.jsonl'],
  ['cancel', '--batch', '0'],
  ['cancel', '--unit', '0.17', '--unit', '0.18', '--json'],
  ['serve', '--verify-cores', '2', '--host', '127.0.0.1', '--open', '--backup', 'b'],
  ['status', '--json'],
  ['results', '--out', 'r', '--follow'],
  ['donors'],
  ['ban', 'f0'.repeat(32)],
  ['unban', 'f0'.repeat(32)],
  ['retry', '0.17'],
  ['backup', '--out', 'b'],
  ['restore', 'b', '--newest'],
  ['receipt', 'f0'.repeat(32), '--out', 'a.receipt'],
  ['verify', 'a.receipt', '--link', 'powerswarm://y'],
  ['donate', 'powerswarm://y', '--cores', '4', '--require-isolation'],
  ['donor', 'status', '--follow'],
  ['donor', 'join', 'powerswarm://y'],
  ['donor', 'set', 'cores=2', 'runWhen=idle'],
  ['donor', 'receipt', '--out', 'a.receipt'],
  ['donor', 'evidence', '--out', 'a.proof'],
  ['bootstrap', '--host', '10.0.0.5', '--nodes', '4'],
  ['relay', '--bootstrap', '10.0.0.5:1'],
  ['run', 'm.wasm', '--arg', '1', '--stdin', 'a', '--in', 'b', '--out', 'c', '--json'],
]

/** They would run on, or wait for somebody: of these only the words are read. */
const NOT_RUN: readonly string[] = [
  'bootstrap',
  'relay',
  'donate',
  'create',
  'restore',
  'status',
  'join',
  'set',
]

const MOST_WORDS = 12
/** Of a message: see cli/failure.ts, with room for an ellipsis. */
const LINE_CHARS = 501

function spoilVector(
  input: readonly string[],
  other: readonly string[],
  choice: FuzzChoice,
): readonly string[] {
  const words = [...input]
  for (let changes = 1 + choice.below(3); changes > 0; changes--) {
    const place = choice.below(words.length + 1)
    const word = words[place] ?? ''
    switch (choice.below(7)) {
      case 0:
        words.splice(place, 1)
        break
      case 1:
        words.splice(place, 0, nasty(choice))
        break
      case 2:
        words.splice(place, 1, spoilText(word, choice.pick(VECTORS)[0] ?? '', choice))
        break
      case 3:
        words.splice(place, 0, ...other.slice(choice.below(other.length + 1)))
        break
      case 4:
        words.splice(place, 1, `${word}=${nasty(choice)}`)
        break
      case 5:
        words.splice(place, 0, choice.pick(['--', '-h', '--json', '--quiet', '--home', '--project', '-x']))
        break
      default:
        words.push(...Array.from({ length: choice.below(MOST_WORDS) }, () => nasty(choice)))
    }
  }
  return words
}

/** Every end of a command has a code and one line. */
async function run(words: readonly string[], homeDir: string): Promise<unknown> {
  let written = 0
  const terminal = {
    write: (text: string | Uint8Array) => {
      written += text.length
    },
    isTerminal: false,
    columns: 80,
  }
  const program = createProgram({ answers: terminal, talk: terminal }, () => undefined)
  hold(program)
  try {
    await program.parseAsync(['--home', homeDir, ...words], { from: 'user' })
    return written
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) return written
    if (failure.code === 'internal') throw error
    const fault = lineFault(failure.message, LINE_CHARS)
    if (fault !== undefined) throw new Error(`its message ${fault}`, { cause: error })
    throw new PowerswarmError('bad-argument', failure.message, { cause: error })
  }
}

function hold(command: Command): void {
  for (const sub of command.commands) hold(sub)
  if (NOT_RUN.includes(command.name())) command.action(() => undefined)
}

/**
 * Argument vectors, in this process: the whole program with its home in an empty folder. `close` says what was left there,
 * which is nothing, and removes it.
 */
export function argumentVectors(): { readonly decoder: Decoder; close(): readonly string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-vectors-'))
  const homeDir = join(dir, 'home')
  return {
    decoder: decoder<readonly string[]>({
      name: 'argument vectors',
      covers: ['cli/program.ts#createProgram'],
      codes: ['bad-argument'],
      samples: fc.constantFrom(['--help'], ['--version'], ['batch', 'add', '--help'], ['project']),
      spoil: (_, other, choice) => spoilVector(choice.pick(VECTORS), other, choice),
      decode: (words) => run(words, homeDir),
    }),
    close: () => {
      const left = readdirSync(dir)
      rmSync(dir, { recursive: true })
      return left
    },
  }
}
