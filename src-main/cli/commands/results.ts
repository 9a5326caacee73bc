import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { contextOf, examples, type CliIo, type CommandContext } from '../context.ts'
import { errorCode } from '../../domain/errors.ts'
import { ProgressLine } from '../progress-line.ts'
import { isServed, withPublisher } from '../publisher-connection.ts'
import { lostInputsNotes } from '../lost-inputs.ts'
import { openResultFiles } from '../result-files.ts'
import { stopSignal } from '../stop-signal.ts'
import { countText, quantity } from '../text.ts'

interface Options {
  readonly out: string
  readonly follow?: true
}

/** What a look for new results found. */
interface Round {
  readonly written: number
  /** No unit is left that may still be verified. */
  readonly finished: boolean
}

/** Looks once and writes what is new; `show` is told how much that is so far. */
type Write = (show: (count: number) => void) => Promise<Round>

const PAGE_UNITS = 256
const LOOK_EVERY_MS = 1_000

/** `powerswarm results --out DIR`: files for every verified unit and an index; a second run adds what is new. */
export function addResultsCommand(parent: Command, io: CliIo): void {
  parent
    .command('results')
    .description('write verified results to files; run it again to add new ones')
    .requiredOption(
      '--out <dir>',
      'folder for batch-<batch>/<name>.out, files in batch-<batch>/<name>/, and index.jsonl',
    )
    .option('--follow', 'go on writing while results come, until all units are done or Ctrl-C')
    .addHelpText(
      'after',
      examples(
        ['powerswarm results --out results', 'one file per unit, and results/index.jsonl'],
        ['powerswarm results --out results --follow', 'the same while ‘powerswarm serve’ runs'],
        ['grep -h prime results/batch-0/*.out', 'look through them'],
      ),
    )
    .action(async ({ out, follow }: Options, command: Command) => {
      const context = contextOf(command, io)
      const progress = new ProgressLine(context.output.talk, () => performance.now())
      const show = (count: number): void => {
        if (!context.output.quiet) progress.show(`${countText(count)} results written`)
      }
      const notes = lostInputsNotes({
        note: (line) => {
          if (!context.output.quiet) progress.lineAbove(line)
        },
      })
      const write: Write = (progressed) => round(context, out, progressed, notes)
      const written = follow === true ? await followed(context, write, show) : (await write(show)).written
      progress.end()
      context.output.answer({ out, written }, [`${quantity(written, 'new result')} in ${out}`])
    })
}

async function followed(
  { homeDir, project, output }: CommandContext,
  write: Write,
  show: (count: number) => void,
): Promise<number> {
  const signal = stopSignal()
  const wish = { stopped: false }
  const stop = signal.stopped.then(() => {
    wish.stopped = true
  })
  let written = 0
  try {
    const first = await write(show)
    written = first.written
    let { finished } = first
    if (!finished && !isServed(homeDir, project)) output.note('Waiting for ‘powerswarm serve’ …')
    while (!finished && !wish.stopped) {
      await Promise.race([delay(LOOK_EVERY_MS), stop])
      // A look into a project that nobody serves would keep others from serving it.
      if (!isServed(homeDir, project)) continue
      const next = await unlessGone(write((count) => show(written + count)))
      finished = next.finished
      written += next.written
    }
  } finally {
    signal.release()
  }
  return written
}

/** Serving may end while one looks; what it had not told comes next time. */
async function unlessGone(look: Promise<Round>): Promise<Round> {
  try {
    return await look
  } catch (error) {
    const code = errorCode(error)
    if (code === 'peer-gone' || code === 'data-folder-in-use') return { written: 0, finished: false }
    throw error
  }
}

function round(
  { homeDir, project }: CommandContext,
  out: string,
  show: (count: number) => void,
  noteLostInputs: ReturnType<typeof lostInputsNotes>,
): Promise<Round> {
  return withPublisher(homeDir, project, async (engine) => {
    const { projectKey, batches } = await engine.status()
    const files = openResultFiles(out, projectKey)
    try {
      let written = 0
      for (;;) {
        const page = await engine.results({ cursor: files.cursor, limit: PAGE_UNITS })
        if (page.units.length > 0) files.add(page)
        noteLostInputs(page.units)
        written += page.units.length
        if (!page.more) break
        show(written)
      }
      // As the status was before the last look: what was decided then has been written.
      const finished = batches.every(
        ({ cancelled, unsent, leased, pending }) => cancelled || unsent + leased + pending === 0,
      )
      return { written, finished }
    } finally {
      files.close()
    }
  })
}
