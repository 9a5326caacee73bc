import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ResultPage, VerifiedUnit } from '../contracts/publisher-state.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { jsonLine } from './output.ts'
import { writeUnitFiles } from './unit-files.ts'
import { makeFolder, replaceFile } from './written-files.ts'

/**
 * A folder of results: `batch-<batch>/<name>.out` with a unit's standard output, `batch-<batch>/<name>/` with the files that it left, `index.jsonl` with one line a unit in
 * the order of verification, and `.cursor.json`, which says how far it got. A page's files come first, then its lines
 * in the index, then the cursor. Lines that no cursor covers are cut off and written again, so that every unit is in
 * the index exactly once, whenever the program was killed.
 */
export interface ResultFiles {
  /** Where to go on; `''` at the start. */
  readonly cursor: string
  add(page: ResultPage): void
  close(): void
}

export interface Cursor {
  readonly projectKey: string
  readonly cursor: string
  readonly indexBytes: number
}

/** Throws `already-exists` for a folder with the results of another project, or with files that are no results. */
export function openResultFiles(dir: string, projectKey: string): ResultFiles {
  makeFolder(dir)
  let state = readCursor(dir) ?? begin(dir, projectKey)
  if (state.projectKey !== projectKey)
    throw new PowerswarmError(
      'already-exists',
      `${dir} holds the results of another project; choose another folder`,
    )
  const index = openSync(join(dir, 'index.jsonl'), 'a')
  if (fstatSync(index).size < state.indexBytes) {
    closeSync(index)
    throw new PowerswarmError('file-unreadable', `${dir}/index.jsonl was cut short; choose another folder`)
  }
  ftruncateSync(index, state.indexBytes)
  return {
    get cursor() {
      return state.cursor
    },
    add: ({ units, cursor }) => {
      for (const unit of units) writeUnit(dir, unit)
      const lines = Buffer.from(units.map((unit) => `${jsonLine(indexEntry(unit))}\n`).join(''))
      writeSync(index, lines)
      fsyncSync(index)
      state = { projectKey, cursor, indexBytes: state.indexBytes + lines.byteLength }
      writeCursor(dir, state)
    },
    close: () => {
      closeSync(index)
    },
  }
}

/** Path of a unit's output, relative to the folder. */
export function unitPath({ batch, name }: VerifiedUnit): string {
  return `batch-${String(batch)}/${name}.out`
}

function indexEntry(unit: VerifiedUnit): object {
  const { stdout, files, ...rest } = unit
  const left = files.map(({ path, bytes }) => ({ path, bytes: bytes.byteLength }))
  return { ...rest, bytes: stdout.byteLength, file: unitPath(unit), ...(left.length > 0 && { files: left }) }
}

function writeUnit(dir: string, unit: VerifiedUnit): void {
  makeFolder(join(dir, `batch-${String(unit.batch)}`))
  replaceFile(join(dir, unitPath(unit)), unit.stdout)
  if (unit.files.length > 0) writeUnitFiles(join(dir, `batch-${String(unit.batch)}`, unit.name), unit.files)
}

function begin(dir: string, projectKey: string): Cursor {
  if (readdirSync(dir).includes('index.jsonl'))
    throw new PowerswarmError(
      'already-exists',
      `${dir} has an index.jsonl that is not ours; choose another folder`,
    )
  const state = { projectKey, cursor: '', indexBytes: 0 }
  writeCursor(dir, state)
  return state
}

function readCursor(dir: string): Cursor | undefined {
  const path = join(dir, '.cursor.json')
  try {
    return parseCursor(readFileSync(path, 'utf8'), path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (cause instanceof PowerswarmError) throw cause
    throw new PowerswarmError('file-unreadable', `${path} cannot be read`, { cause })
  }
}

/** Throws `file-unreadable` for what {@link openResultFiles} did not write; `path` names it. */
export function parseCursor(text: string, path: string): Cursor {
  const { projectKey, cursor, indexBytes } = (json(text) ?? {}) as Readonly<Record<string, unknown>>
  if (typeof projectKey !== 'string' || typeof cursor !== 'string' || !isLength(indexBytes))
    throw new PowerswarmError('file-unreadable', `${path} is damaged; choose another folder`)
  return { projectKey, cursor, indexBytes }
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function writeCursor(dir: string, state: Cursor): void {
  replaceFile(join(dir, '.cursor.json'), Buffer.from(`${JSON.stringify(state)}\n`))
}
