import { dirname } from 'node:path'
import type { Command } from 'commander'
import { PowerswarmError } from '../../domain/errors.ts'
import { isHex32 } from '../../domain/ids.ts'
import { verifyReceipt } from '../../engine/verifier/verify-receipt.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withDonor } from '../donor-connection.ts'
import { joinedProject } from '../joined-project.ts'
import type { Output } from '../output.ts'
import { withPublisher } from '../publisher-connection.ts'
import { creditText } from '../text.ts'
import { makeFolder, replaceFile } from '../written-files.ts'

interface Options {
  readonly out: string
}

/** `powerswarm receipt DONOR --out FILE`: from the publisher, for one of its donors. */
export function addReceiptCommand(parent: Command, io: CliIo): void {
  parent
    .command('receipt')
    .description('write the receipt of all credit that a donor was granted')
    .argument('<donor>', 'the donor’s key, 64 hexadecimal digits')
    .requiredOption('--out <file>', 'file to write')
    .addHelpText(
      'after',
      examples(
        ['powerswarm receipt 3b6a27bc… --out alice.receipt', 'anybody can check it, offline'],
        ["powerswarm verify alice.receipt --link 'powerswarm://ybndr…'", 'check it'],
      ),
    )
    .action(async (donorKey: string, { out }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      if (!isHex32(donorKey))
        throw new PowerswarmError('bad-argument', `A donor key has 64 hexadecimal digits, not '${donorKey}'`)
      const file = await withPublisher(homeDir, project, (engine) => engine.receipt({ donorKey }))
      writeReceipt(output, out, file)
    })
}

/** `powerswarm donor receipt --out FILE`: from the donor's own disk; the publisher may be gone. */
export function addDonorReceipt(parent: Command, io: CliIo): void {
  parent
    .command('receipt')
    .description('write the receipt of all credit that a project granted this donor')
    .requiredOption('--out <file>', 'file to write')
    .addHelpText(
      'after',
      examples(
        ['powerswarm donor receipt --out mine.receipt', 'works though the publisher is gone'],
        [
          'powerswarm donor receipt --project "Mersenne primes" --out mine.receipt',
          'of several projects one, by name, link or key',
        ],
      ),
    )
    .action(async ({ out }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const file = await withDonor(homeDir, output, 'if-starting', async ({ engine }) =>
        engine.receipt({ projectKey: joinedProject(await engine.state(), project) }),
      )
      writeReceipt(output, out, file)
    })
}

/** `powerswarm donor evidence --out FILE`: proof that a publisher signed two stories, where this donor met it. */
export function addDonorEvidence(parent: Command, io: CliIo): void {
  parent
    .command('evidence')
    .description('write the proof that a project’s publisher signed two stories, if one was met')
    .requiredOption('--out <file>', 'file to write; more than one proof get .2, .3 … behind it')
    .addHelpText('after', examples(['powerswarm donor evidence --out twice.proof', 'for powerswarm verify']))
    .action(async ({ out }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const files = await withDonor(homeDir, output, 'if-starting', async ({ engine }) =>
        engine.evidence({ projectKey: joinedProject(await engine.state(), project) }),
      )
      if (files.length === 0)
        throw new PowerswarmError('not-found', 'This donor met no contradiction in what the publisher signed')
      makeFolder(dirname(out))
      const paths = files.map((_file, i) => (i === 0 ? out : `${out}.${String(i + 1)}`))
      for (const [i, path] of paths.entries()) replaceFile(path, files[i] ?? new Uint8Array())
      output.answer({ out: paths }, paths)
    })
}

/** Nothing is written that would not hold. */
function writeReceipt(output: Output, out: string, file: Uint8Array): void {
  const verdict = verifyReceipt(file)
  if (!verdict.holds) throw new PowerswarmError('internal', `The receipt would not hold: ${verdict.why}`)
  const { projectKey, record } = verdict.grant
  makeFolder(dirname(out))
  replaceFile(out, file)
  const { donorKey, cumulativeFuel } = record
  output.answer({ out, bytes: file.byteLength, projectKey, donorKey, cumulativeFuel }, [
    `${out}: ${creditText(cumulativeFuel)} to donor ${donorKey}`,
  ])
}
