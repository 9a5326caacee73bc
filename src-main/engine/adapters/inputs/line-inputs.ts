import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { compareNames, filesProblem, type UnitFile } from '../../../domain/unit-file.ts'
import type { UnitInputs } from '../../../domain/unit-inputs.ts'
import { parseInputLine, type ContentSource } from './input-line.ts'
import { inputFailure, readInput } from './read-file.ts'

const NEW_LINE = 0x0a

/**
 * One unit for each line of a file; see {@link parseInputLine}. Empty lines are passed over. Throws `file-not-found`,
 * `file-unreadable` and `bad-argument`, naming file and line.
 */
export async function* lineInputs(path: string): AsyncGenerator<UnitInputs> {
  let number = 0
  for await (const bytes of linesOf(path)) {
    number++
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      if (text.trim() !== '') yield await unitOf(text, dirname(path))
    } catch (cause) {
      throw at(path, number, cause)
    }
  }
}

async function unitOf(text: string, dir: string): Promise<UnitInputs> {
  const { args, stdin, files } = parseInputLine(text)
  let left: number = LIMITS.inputFilesBytes
  const read: UnitFile[] = []
  if (files.length > LIMITS.inputFiles) throw bad(`more than ${String(LIMITS.inputFiles)} files`)
  for (const { path, source } of files) {
    const bytes = await contentOf(source, dir, left)
    left -= bytes.byteLength
    read.push({ path, bytes })
  }
  const problem = filesProblem(read, { count: LIMITS.inputFiles, bytes: LIMITS.inputFilesBytes })
  if (problem !== undefined) throw bad(problem)
  read.sort((a, b) => compareNames(a.path, b.path))
  return { name: '', args, stdin: await contentOf(stdin, dir, LIMITS.stdinBytes), files: read }
}

async function contentOf(source: ContentSource, dir: string, maxBytes: number): Promise<Uint8Array> {
  if ('file' in source) return readInput(resolve(dir, source.file), maxBytes)
  if (source.bytes.byteLength > maxBytes) throw bad(`more than ${String(maxBytes)} bytes`)
  return source.bytes
}

/** Lines without their ends, also the last one that has none. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  const taken = (end: Uint8Array): Uint8Array => {
    const line = Buffer.concat([...parts, end])
    parts = []
    length = 0
    return line
  }
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, from)) {
        yield taken(chunk.subarray(from, end))
        from = end + 1
      }
      if (from === chunk.byteLength) continue
      parts.push(chunk.subarray(from))
      length += chunk.byteLength - from
      if (length > LIMITS.inputLineBytes)
        throw bad(`a line is longer than ${String(LIMITS.inputLineBytes)} bytes`)
    }
  } catch (cause) {
    throw cause instanceof PowerswarmError ? cause : inputFailure(path, cause)
  }
  if (length > 0) yield taken(new Uint8Array())
}

function at(path: string, line: number, cause: unknown): PowerswarmError {
  const where = `${path}:${String(line)}`
  if (!(cause instanceof PowerswarmError))
    return new PowerswarmError('bad-argument', `${where}: the line is not UTF-8`, { cause })
  return new PowerswarmError(errorCode(cause), `${where}: ${cause.message}`, { cause })
}

function bad(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
