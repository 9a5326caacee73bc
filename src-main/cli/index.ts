import { EXIT_OK, failureOf } from './failure.ts'
import { createOutput, type Terminal } from './output.ts'
import { createProgram } from './program.ts'

/** Entry of `powerswarm`: wires the process to the program and turns every end into an exit code. */
function terminalOf(stream: NodeJS.WriteStream): Terminal {
  // Whoever reads may stop reading (`powerswarm status | head -1`); that ends the command, it is not a failure.
  stream.on('error', () => process.exit(EXIT_OK))
  return {
    write: (text) => {
      stream.write(text)
    },
    get isTerminal() {
      return stream.isTTY
    },
    get columns() {
      return stream.columns
    },
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const io = { answers: terminalOf(process.stdout), talk: terminalOf(process.stderr) }
  try {
    let exitCode = EXIT_OK
    const program = createProgram(io, (code) => {
      exitCode = code
    })
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) return EXIT_OK
    createOutput({ ...io, json: argv.includes('--json'), quiet: false }).fail(failure)
    return failure.exitCode
  }
}

/** What was written to a pipe may still be on its way. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

const exitCode = await main(process.argv.slice(2))
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
process.exit(exitCode)
