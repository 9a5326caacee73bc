import { PowerswarmError } from '../../../domain/errors.ts'

/** Where a content comes from. `file`: a path as it was written, relative to the folder of the list. */
export type ContentSource = { readonly bytes: Uint8Array } | { readonly file: string }

/** One line of a list of inputs. */
export interface InputLine {
  readonly args: readonly string[]
  readonly stdin: ContentSource
  readonly files: readonly { readonly path: string; readonly source: ContentSource }[]
}

const NOTHING: ContentSource = { bytes: new Uint8Array() }
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const KEYS = ['args', 'stdin', 'files']

/**
 * Reads `{"args": ["…"], "stdin": "…", "files": {"path in /in": "path here"}}`, each part of it optional. Standard input
 * and files may also be `{"text": "…"}`, `{"base64": "…"}` or `{"file": "path here"}`. Throws `bad-argument` that says
 * what is wrong. Limits and paths are for the reader of whole units to check.
 */
export function parseInputLine(text: string): InputLine {
  const line = objectOf(jsonOf(text), 'The line')
  for (const key of Object.keys(line)) if (!KEYS.includes(key)) throw bad(`'${key}' is unknown`)
  return {
    args: argsOf(line['args']),
    stdin: line['stdin'] === undefined ? NOTHING : contentOf(line['stdin'], "'stdin'", 'text'),
    files: Object.entries(line['files'] === undefined ? {} : objectOf(line['files'], "'files'")).map(
      ([path, source]) => ({ path, source: contentOf(source, `'files' at '${path}'`, 'file') }),
    ),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new PowerswarmError('bad-argument', 'This is not JSON', { cause })
  }
}

function argsOf(raw: unknown): readonly string[] {
  if (raw === undefined) return []
  if (!Array.isArray(raw)) throw bad("'args' must be a list of texts")
  return raw.map((argument: unknown) => {
    if (typeof argument !== 'string') throw bad("'args' must be a list of texts")
    return argument
  })
}

/** `plain`: what a text alone stands for. */
function contentOf(raw: unknown, where: string, plain: 'text' | 'file'): ContentSource {
  const spec = typeof raw === 'string' ? { [plain]: raw } : objectOf(raw, where)
  const [[kind, value] = ['', ''], ...more] = Object.entries(spec)
  if (more.length > 0 || typeof value !== 'string') throw oneOf(where)
  switch (kind) {
    case 'text':
      return { bytes: new TextEncoder().encode(value) }
    case 'file':
      if (value === '') throw bad(`${where} names no file`)
      return { file: value }
    case 'base64':
      if (!BASE64.test(value)) throw bad(`${where} is not base64`)
      return { bytes: new Uint8Array(Buffer.from(value, 'base64')) }
  }
  throw oneOf(where)
}

function objectOf(raw: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw bad(`${where} must be an object`)
  return raw as Readonly<Record<string, unknown>>
}

function oneOf(where: string): PowerswarmError {
  return bad(`${where} must be a text or one of {"text": …}, {"base64": …}, {"file": …}`)
}

function bad(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
