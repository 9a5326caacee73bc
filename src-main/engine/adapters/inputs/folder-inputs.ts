import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { lineFault } from '../../../domain/display-text.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { compareNames, filesProblem, type UnitFile } from '../../../domain/unit-file.ts'
import type { UnitInputs } from '../../../domain/unit-inputs.ts'
import { inputFailure, readInput } from './read-file.ts'

/**
 * One unit for each entry of a folder, by name: a file becomes `/in/<its name>`, what a folder holds becomes `/in`.
 * Entries whose names begin with a dot are passed over. Throws `file-not-found`, `file-unreadable` and `bad-argument`.
 */
export async function* folderInputs(dir: string): AsyncGenerator<UnitInputs> {
  const entries = (await entriesOf(dir)).filter(({ name }) => !name.startsWith('.'))
  checkNames(
    dir,
    entries.map(({ name }) => name),
  )
  for (const entry of entries) yield await unitOf(dir, entry)
}

async function unitOf(dir: string, entry: Dirent): Promise<UnitInputs> {
  const path = join(dir, entry.name)
  const files: UnitFile[] = []
  if (entry.isFile()) files.push({ path: entry.name, bytes: await readInput(path, LIMITS.inputFilesBytes) })
  else if (entry.isDirectory()) await readBelow(path, '', files, { bytes: LIMITS.inputFilesBytes })
  else throw neither(path)
  const problem = filesProblem(files, { count: LIMITS.inputFiles, bytes: LIMITS.inputFilesBytes })
  if (problem !== undefined) throw new PowerswarmError('file-unreadable', `The input ${path}: ${problem}`)
  files.sort((a, b) => compareNames(a.path, b.path))
  return { name: entry.name, args: [], stdin: new Uint8Array(), files }
}

async function readBelow(
  top: string,
  prefix: string,
  files: UnitFile[],
  left: { bytes: number },
): Promise<void> {
  for (const entry of await entriesOf(join(top, prefix))) {
    const path = `${prefix}${entry.name}`
    if (entry.isDirectory()) await readBelow(top, `${path}/`, files, left)
    else if (!entry.isFile()) throw neither(join(top, path))
    else if (files.length >= LIMITS.inputFiles)
      throw new PowerswarmError(
        'file-unreadable',
        `The input ${top} has more than ${String(LIMITS.inputFiles)} files`,
      )
    else {
      const bytes = await readInput(join(top, path), left.bytes)
      left.bytes -= bytes.byteLength
      files.push({ path, bytes })
    }
  }
}

/** Results are called by these names, with `.out` and as folders. */
function checkNames(dir: string, names: readonly string[]): void {
  const all = new Set(names)
  for (const name of names) {
    const fault = lineFault(name, LIMITS.fileNameBytes)
    if (fault !== undefined)
      throw new PowerswarmError('bad-argument', `The name ${JSON.stringify(join(dir, name))} ${fault}`)
    if (name.endsWith('.out') && all.has(name.slice(0, -'.out'.length)))
      throw new PowerswarmError(
        'bad-argument',
        `Results of ${join(dir, name)} and of its neighbour without .out would have one name; rename one`,
      )
  }
}

async function entriesOf(dir: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true })
    return entries.sort((a, b) => compareNames(a.name, b.name))
  } catch (cause) {
    throw inputFailure(dir, cause)
  }
}

function neither(path: string): PowerswarmError {
  return new PowerswarmError('file-unreadable', `${path} is neither a file nor a folder`)
}
