import type { Command } from 'commander'
import { contextOf, examples, type CliIo } from '../context.ts'
import { ProgressLine } from '../progress-line.ts'
import { withPublisher } from '../publisher-connection.ts'
import { openResultFiles } from '../result-files.ts'
import { countText, quantity } from '../text.ts'

interface Options {
  readonly out: string
}

const PAGE_UNITS = 256

/** `powerswarm results --out DIR`: one file per verified unit and an index; a second run adds what is new. */
export function addResultsCommand(parent: Command, io: CliIo): void {
  parent
    .command('results')
    .description('write verified results to files; run it again to add new ones')
    .requiredOption('--out <dir>', 'folder for batch-<batch>/<name>.out and index.jsonl')
    .addHelpText(
      'after',
      examples(
        ['powerswarm results --out results', 'one file per unit, and results/index.jsonl'],
        ['grep -h prime results/batch-0/*.out', 'look through them'],
      ),
    )
    .action(async ({ out }: Options, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const progress = new ProgressLine(output.talk, () => performance.now())
      const written = await withPublisher(homeDir, project, async (engine) => {
        const { projectKey } = await engine.status()
        const files = openResultFiles(out, projectKey)
        try {
          let count = 0
          for (;;) {
            const page = await engine.results({ cursor: files.cursor, limit: PAGE_UNITS })
            if (page.units.length > 0) files.add(page)
            count += page.units.length
            if (!page.more) return count
            if (!output.quiet) progress.show(`${countText(count)} results written`)
          }
        } finally {
          files.close()
        }
      })
      progress.end()
      output.answer({ out, written }, [`${quantity(written, 'new result')} in ${out}`])
    })
}
