import type { Command } from 'commander'
import { parseLink } from '../../contracts/wire/link.ts'
import { proofKind } from '../../contracts/wire/proof-file.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { isHex32, type ProjectKey } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import { verifyEvidence } from '../../engine/verifier/verify-evidence.ts'
import { verifyReceipt } from '../../engine/verifier/verify-receipt.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { EXIT_FAILURE } from '../failure.ts'
import { readInputFile } from '../files.ts'
import { evidenceLines, receiptLines } from '../proof-lines.ts'

interface Options {
  readonly link?: string
  readonly projectKey?: string
}

/** What `verify` answers. `compared`: whether a project was named to compare with. */
interface Answer {
  readonly value: Readonly<Record<string, unknown>> & { readonly holds: boolean }
  readonly lines: readonly string[]
}

/** `powerswarm verify FILE`: checks a receipt, or evidence of two ledgers, without network and without trust. */
export function addVerifyCommand(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  parent
    .command('verify')
    .description('check a receipt offline, trusting nothing but the project’s key')
    .argument('<file>', 'a receipt, or evidence that a publisher signed two stories')
    .option('--link <link>', 'the project’s powerswarm:// link, to be compared')
    .option('--project-key <key>', 'the project’s key in hexadecimal, instead of its link')
    .addHelpText(
      'after',
      examples(
        [
          "powerswarm verify alice.receipt --link 'powerswarm://ybndr…'",
          'status 0 when it holds, 1 when not',
        ],
        ['powerswarm verify alice.receipt --json', 'the same for programs; fuel is written as text'],
      ),
    )
    .action((path: string, options: Options, command: Command) => {
      const { output } = contextOf(command, io)
      const projectKey = namedProject(options)
      const file = readInputFile(path, 'The receipt', 2 * LIMITS.receiptBytes)
      const { value, lines } = judged(file, projectKey)
      output.answer({ ...value, compared: projectKey !== undefined }, lines)
      if (!value.holds) setExitCode(EXIT_FAILURE)
    })
}

function namedProject({ link, projectKey }: Options): ProjectKey | undefined {
  if (link !== undefined && projectKey !== undefined)
    throw new PowerswarmError('bad-argument', 'Name the project by --link or by --project-key, not by both')
  if (link !== undefined) return parseLink(link).projectKey
  if (projectKey === undefined || isHex32(projectKey)) return projectKey as ProjectKey | undefined
  throw new PowerswarmError('bad-argument', `--project-key takes 64 hexadecimal digits, not '${projectKey}'`)
}

function judged(file: Uint8Array, projectKey: ProjectKey | undefined): Answer {
  const compared = projectKey !== undefined
  if (kindOf(file) === 'evidence') {
    const verdict = verifyEvidence(file, projectKey)
    if (!verdict.holds) return refused('evidence', verdict.why)
    const { fork } = verdict
    return { value: { kind: 'evidence', holds: true, ...fork }, lines: evidenceLines(fork, compared) }
  }
  const verdict = verifyReceipt(file, projectKey)
  if (!verdict.holds) return refused('receipt', verdict.why)
  const { record, ...place } = verdict.grant
  return {
    value: { kind: 'receipt', holds: true, ...place, ...record },
    lines: receiptLines(verdict.grant, compared),
  }
}

/** Undefined for a file that is no proof at all; the verdict then says why. */
function kindOf(file: Uint8Array): 'receipt' | 'evidence' | undefined {
  try {
    return proofKind(file)
  } catch (error) {
    if (error instanceof PowerswarmError) return undefined
    throw error
  }
}

function refused(kind: string, why: string): Answer {
  return { value: { kind, holds: false, why }, lines: [`The ${kind} does not hold: ${why}`] }
}
