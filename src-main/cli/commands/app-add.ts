import { basename } from 'node:path'
import type { Command } from 'commander'
import { checkDisplayText } from '../../domain/display-text.ts'
import { LIMITS } from '../../domain/limits.ts'
import { WASM_PAGE_BYTES } from '../../domain/units.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { namingModule, readModule } from '../files.ts'
import { withPublisher } from '../publisher-connection.ts'
import { parseBytes, sizeText } from '../quantities.ts'
import { permissionLines } from '../status-lines.ts'

interface Options {
  readonly name?: string
  readonly memory?: string
  readonly checkpoint?: true
}

/** `powerswarm app add MODULE.wasm`: checks, meters and publishes a module. */
export function addAppCommands(parent: Command, io: CliIo): void {
  parent
    .command('add')
    .description('check a WebAssembly module as donors will, meter it and publish it')
    .argument('<module>', 'path of the .wasm file')
    .option('--name <name>', 'name of the app (default: the file’s name without .wasm)')
    .option('--memory <size>', `most memory a unit may use (default: ${sizeText(LIMITS.memoryBytesDefault)})`)
    .option('--checkpoint', 'let donors save units half-way and go on after a restart (a little slower)')
    .addHelpText(
      'after',
      examples(
        ['powerswarm app add mersenne.wasm', 'publish it as app "mersenne"'],
        ['powerswarm app add build/out.wasm --name docking --memory 1GiB', 'with a name and more memory'],
        ['powerswarm app add fold.wasm --checkpoint', 'for units that run longer than a few minutes'],
      ),
    )
    .action(async (path: string, options: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const memoryLimitBytes = parseMemory(options.memory)
      const name = options.name ?? basename(path).replace(/\.wasm$/i, '')
      checkDisplayText('The name of the app', name, LIMITS.appNameChars)
      const original = readModule(path)
      const checkpoint = options.checkpoint === true
      const added = await namingModule(path, () =>
        withPublisher(homeDir, project, (engine) =>
          engine.addApp({ name, original, memoryLimitBytes, checkpoint }),
        ),
      )
      const kind = checkpoint ? ', with checkpoints' : ''
      output.answer(added, [`app ${String(added.app)} '${added.name}' ${added.moduleHash}${kind}`])
      if (!output.json) for (const line of permissionLines(added.permissions)) output.note(line)
    })
}

/** `--memory` of `app add` and `run`. */
export function parseMemory(text: string | undefined): number {
  if (text === undefined) return LIMITS.memoryBytesDefault
  return parseBytes(text, '--memory', WASM_PAGE_BYTES, LIMITS.memoryBytes)
}
