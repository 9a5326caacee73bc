import * as v from 'valibot'
import { PowerswarmError } from '../domain/errors.ts'

/** How a shell starts an engine process: one argument, `--engine-options=<JSON of EngineOptions>`. */

const FLAG = '--engine-options='

const engineOptionsValue = v.strictObject({
  role: v.literal('donor'),
  /** Absolute path of the data folder; the engine makes `donor/` in it. */
  home: v.pipe(v.string(), v.minLength(1)),
  /** Where units run: in the shell's hidden windows. */
  slots: v.literal('desktop'),
  /** Slots are inside the operating system's sandbox. */
  sandboxed: v.boolean(),
  /** The fallback is the old Electron for development and tests; it computes only the built-in demo. */
  runtime: v.picklist(['official', 'fallback']),
  isRoot: v.boolean(),
  /** The override for tests and labs: computes in spite of a missing sandbox, with a banner. */
  allowUnsandboxed: v.boolean(),
  /** Absolute path of the folder with the built-in demo's modules, `<name>.wasm`. */
  demoModules: v.string(),
})
export type EngineOptions = v.InferOutput<typeof engineOptionsValue>

/** The argument that carries the options to an engine process. */
export function engineArgument(options: EngineOptions): string {
  return FLAG + JSON.stringify(options)
}

/**
 * Finds and checks the options among an engine process's arguments (`process.argv`; order does not matter).
 * Throws `bad-argument`, naming the field, when they are missing, malformed or carry an unknown field.
 */
export function parseEngineArguments(argv: readonly string[]): EngineOptions {
  const given = argv.find((argument) => argument.startsWith(FLAG))
  if (given === undefined) throw new PowerswarmError('bad-argument', `Missing ${FLAG}<json>`)
  let raw: unknown
  try {
    raw = JSON.parse(given.slice(FLAG.length))
  } catch (error) {
    throw new PowerswarmError('bad-argument', `${FLAG} does not carry JSON`, { cause: error })
  }
  const parsed = v.safeParse(engineOptionsValue, raw)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const where = v.getDotPath(issue) ?? 'the whole value'
  throw new PowerswarmError('bad-argument', `Engine options at '${where}': ${issue.message}`)
}
