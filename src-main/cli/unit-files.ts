import { readdirSync, type Dirent } from 'node:fs'
import { dirname, join } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { compareNames, filesProblem, type UnitFile } from '../domain/unit-file.ts'
import { readInputFile } from './files.ts'
import { makeFolder, replaceFile } from './written-files.ts'

/**
 * The files in a folder and below, sorted by path, as a unit finds them in `/in`. Throws `file-not-found` and
 * `file-unreadable`: too many, too large, or something that is neither file nor folder, such as a symbolic link.
 */
export function readUnitFiles(dir: string): UnitFile[] {
  const files: UnitFile[] = []
  let bytesLeft: number = LIMITS.inputFilesBytes
  const read = (prefix: string): void => {
    for (const entry of entriesOf(join(dir, prefix))) {
      const path = `${prefix}${entry.name}`
      if (entry.isDirectory()) read(`${path}/`)
      else if (entry.isFile()) {
        if (files.length === LIMITS.inputFiles)
          throw new PowerswarmError(
            'file-unreadable',
            `The input ${dir} has more than ${String(LIMITS.inputFiles)} files`,
          )
        const bytes = readInputFile(join(dir, path), 'With the others, the input', bytesLeft)
        bytesLeft -= bytes.byteLength
        files.push({ path, bytes })
      } else throw new PowerswarmError('file-unreadable', `${join(dir, path)} is neither a file nor a folder`)
    }
  }
  read('')
  const problem = filesProblem(files, { count: LIMITS.inputFiles, bytes: LIMITS.inputFilesBytes })
  if (problem !== undefined) throw new PowerswarmError('file-unreadable', `The input ${dir}: ${problem}`)
  return files.sort((a, b) => compareNames(a.path, b.path))
}

/**
 * Writes what a unit left in `/out` below a folder, each file whole or not at all; files of other names stay. The
 * paths must have been checked: {@link isFilePath}.
 */
export function writeUnitFiles(dir: string, files: readonly UnitFile[]): void {
  makeFolder(dir)
  for (const { path, bytes } of files) {
    const target = join(dir, path)
    makeFolder(dirname(target))
    try {
      replaceFile(target, bytes)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new PowerswarmError(
        'file-unreadable',
        `Cannot write the file ${target} (${code ?? 'unknown cause'})`,
        { cause },
      )
    }
  }
}

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new PowerswarmError('file-not-found', `The folder ${dir} does not exist`, { cause })
    if (code === 'ENOTDIR')
      throw new PowerswarmError('file-unreadable', `${dir} is a file, not a folder`, { cause })
    throw new PowerswarmError(
      'file-unreadable',
      `The folder ${dir} cannot be read (${code ?? 'unknown cause'})`,
      { cause },
    )
  }
}
