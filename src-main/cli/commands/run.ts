import type { Command } from 'commander'
import { submittable, type UnitRun } from '../../domain/outcome.ts'
import { LIMITS } from '../../domain/limits.ts'
import { REWRITER_VERSION } from '../../toolchain/index.ts'
import { hostInfo, openForegroundSlots } from '../../engine/create-engine.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { EXIT_FAILURE, EXIT_OK } from '../failure.ts'
import { namingModule, readInputFile, readModule } from '../files.ts'
import type { Output } from '../output.ts'
import { durationText, largeText } from '../text.ts'
import { readUnitFiles, writeUnitFiles } from '../unit-files.ts'
import { parseMemory } from './app-add.ts'
import { collect, OUTPUT_HELP, parseMaxFuel, parseOutput } from './batch-add.ts'

interface Options {
  readonly arg: readonly string[]
  readonly stdin?: string
  readonly in?: string
  readonly out?: string
  readonly maxFuel?: string
  readonly output?: string
  readonly memory?: string
  readonly checkpoint?: boolean
}

/** `powerswarm run MODULE.wasm`: one unit on this machine, in exactly the sandbox that donors use. */
export function addRunCommand(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  parent
    .command('run')
    .description('try one unit here, in exactly the donors’ sandbox')
    .argument('<module>', 'path of the .wasm file')
    .option('--arg <text>', 'an argument of the app; repeatable', collect, [])
    .option('--stdin <file>', 'what the unit reads as standard input')
    .option('--in <folder>', 'what the unit finds in /in')
    .option('--out <folder>', 'where to put what the unit leaves in /out, if it ends well')
    .option('--max-fuel <n>', 'most instructions, such as 5e9 or 1T (default: 1e12)')
    .option('--output <size>', OUTPUT_HELP)
    .option('--memory <size>', 'most memory (default: 256 MiB)')
    .option(
      '--checkpoint',
      'rewrite it so that its units can be saved on their way; fuel and output stay the same',
    )
    .addHelpText(
      'after',
      examples(
        ['powerswarm run mersenne.wasm --arg 0 --arg 100', 'its output, then how it ended and what it cost'],
        ['powerswarm run app.wasm --in data --out made', 'a unit that reads /in and writes /out'],
        ['powerswarm run app.wasm --stdin input.txt --json', 'all of that as one JSON object'],
      ),
    )
    .action(async (path: string, options: Options, command: Command) => {
      const { output } = contextOf(command, io)
      const maxFuel = parseMaxFuel(options.maxFuel)
      const maxOutputBytes = parseOutput(options.output)
      const memoryLimitBytes = parseMemory(options.memory)
      const original = readModule(path)
      const stdin =
        options.stdin === undefined
          ? new Uint8Array()
          : readInputFile(options.stdin, 'The input', LIMITS.stdinBytes)
      const files = options.in === undefined ? [] : readUnitFiles(options.in)
      const moduleHash = hostInfo.moduleHash(original)
      const module = {
        moduleHash,
        rewriterVersion: REWRITER_VERSION,
        memoryLimitBytes,
        ...(options.checkpoint === true ? { checkpoint: true } : {}),
      }

      const slots = await openForegroundSlots()
      try {
        const slot = await slots.open(0)
        const loaded = await namingModule(path, () => slot.load({ module, original }))
        const startedMs = performance.now()
        const unit = submittable(
          await slot.run({
            run: 0,
            module,
            args: options.arg,
            stdin,
            files,
            seed: new Uint8Array(32),
            maxFuel,
            maxOutputBytes,
          }),
        )
        const elapsedMs = performance.now() - startedMs
        if (options.out !== undefined && unit.outcome === 'ok') writeUnitFiles(options.out, unit.files ?? [])
        report(output, unit, { elapsedMs, prepareMs: loaded.prepareMs, isolation: slots.isolation.note })
        setExitCode(unit.outcome === 'ok' ? EXIT_OK : EXIT_FAILURE)
      } finally {
        await slots.close()
      }
    })
}

interface Circumstances {
  readonly elapsedMs: number
  readonly prepareMs: number
  readonly isolation: string
}

function report(output: Output, unit: UnitRun, circumstances: Circumstances): void {
  const { outcome, exitCode, fuel, reason } = unit
  const files = (unit.files ?? []).map(({ path, bytes }) => ({ path, bytes: bytes.byteLength }))
  const stderr = textOf(unit.stderr)
  if (output.json) {
    const stdout = textOf(unit.stdout)
    output.answer({ outcome, exitCode, fuel, reason, stdout, stderr, files, ...circumstances }, [])
    return
  }
  output.answers.write(unit.stdout)
  if (stderr !== '') output.talk.write(stderr.endsWith('\n') ? stderr : `${stderr}\n`)
  const why = reason === undefined ? '' : ` (${reason})`
  const left = files.length === 0 ? '' : ` · ${String(files.length)} ${files.length === 1 ? 'file' : 'files'}`
  output.note(
    `${outcome}${why} · ${largeText(fuel)} fuel${left} · ${durationText(circumstances.elapsedMs)} · ${circumstances.isolation}`,
  )
}

/** Units print text as a rule; what is no UTF-8 shows as replacement characters. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
