import { LIMITS } from './limits.ts'
import { utf8 } from './utf8.ts'

/** A file that comes with a unit (in its `/in`) or that it leaves (in its `/out`). */
export interface UnitFile {
  /** Relative to the folder, components joined by `/`; see {@link isFilePath}. */
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Whether a path names a file below a folder in the same way everywhere: relative, without empty, `.` and `..`
 * components, at most `LIMITS.filePathNames` of them and `LIMITS.filePathBytes` of UTF-8.
 */
export function isFilePath(path: string): boolean {
  if (utf8(path).length > LIMITS.filePathBytes) return false
  const names = path.split('/')
  return names.length <= LIMITS.filePathNames && names.every(isFileName)
}

/**
 * Whether one component of a path may be a name: at most `LIMITS.fileNameBytes`, no backslash, because it separates
 * names on Windows, and no half of a surrogate pair, because it has no UTF-8.
 */
export function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false
  if (/[\0\\/]/.test(name) || /\p{Surrogate}/u.test(name)) return false
  return utf8(name).length <= LIMITS.fileNameBytes
}

/** Order of names and paths: that of their UTF-8 bytes, which is that of their code points. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** What is wrong with a set of files as one folder, in a few words; undefined when nothing is. */
export function filesProblem(
  files: readonly UnitFile[],
  max: { readonly count: number; readonly bytes: number },
): string | undefined {
  if (files.length > max.count) return `more than ${String(max.count)} files`
  if (files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > max.bytes)
    return `more than ${String(max.bytes)} bytes of files`
  return pathsProblem(files)
}

/** What is wrong with the paths of the files of one folder; undefined when nothing is. */
export function pathsProblem(files: readonly Pick<UnitFile, 'path'>[]): string | undefined {
  const paths = new Set<string>()
  for (const { path } of files) {
    if (!isFilePath(path)) return `not a path of a file: ${JSON.stringify(path.slice(0, 80))}`
    if (paths.has(path)) return `twice in the list: ${path}`
    paths.add(path)
  }
  for (const path of paths) {
    const above = foldersOf(path).find((folder) => paths.has(folder))
    if (above !== undefined) return `both a file and a folder: ${above}`
  }
  return undefined
}

function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'))
}

/** UTF-16 puts surrogates, the highest code points, before the last of the others. */
function rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800
}
