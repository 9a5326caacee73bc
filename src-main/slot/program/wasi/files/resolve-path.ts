import { ERRNO, WasiError } from '../errno.ts'
import type { DirectoryNode, Node } from './node.ts'

/** As on Linux. */
const MAX_SYMLINKS = 40

/** Where a path leads. */
export interface Place {
  /** The folder that the last name is in; undefined for a path that ends in `.` or `..`. */
  readonly parent: DirectoryNode | undefined
  readonly name: string
  /** What is there; undefined when nothing has the last name. */
  readonly node: Node | undefined
  /** The path says by its end that it means a folder. */
  readonly saysDirectory: boolean
}

export interface ResolveOptions {
  /** Whether a symbolic link at the end is followed. Others always are. */
  readonly followLast: boolean
  /** Called with the number of components of the path or of a link, before they are followed; may end the unit. */
  onText(components: number, isLink: boolean): void
}

/**
 * Follows a path from an open folder. It never leaves that folder: `..` above it, an absolute path and an absolute
 * link are `perm`. Throws `noent`, `notdir` and `loop` as POSIX does.
 */
export function resolvePath(base: DirectoryNode, path: string, options: ResolveOptions): Place {
  if (path === '') throw new WasiError(ERRNO.noent)
  const walked = [base]
  const todo: string[] = []
  let saysDirectory = endsAsDirectory(path)
  let symlinks = 0
  const prepend = (text: string, isLink: boolean): void => {
    if (text.startsWith('/')) throw new WasiError(ERRNO.perm)
    // A dot at the end stays: it says that what is before it has to be a folder, and that this is the place meant.
    const all = text.split('/').filter((name) => name !== '')
    const names = all.filter((name, i) => name !== '.' || i === all.length - 1)
    options.onText(all.length, isLink)
    todo.push(...names.reverse())
  }

  prepend(path, false)
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const directory = walked.at(-1) ?? base
    const isLast = todo.length === 0
    if (name === '.') continue
    if (name === '..') {
      if (walked.length === 1) throw new WasiError(ERRNO.perm)
      walked.pop()
      continue
    }
    const node = directory.entries.get(name)
    if (node?.type === 'symlink' && (!isLast || options.followLast)) {
      symlinks += 1
      if (symlinks > MAX_SYMLINKS) throw new WasiError(ERRNO.loop)
      if (isLast && endsAsDirectory(node.target)) saysDirectory = true
      prepend(node.target, true)
      continue
    }
    if (isLast) return { parent: directory, name, node, saysDirectory }
    if (node === undefined) throw new WasiError(ERRNO.noent)
    if (node.type !== 'directory') throw new WasiError(ERRNO.notdir)
    walked.push(node)
  }
  return { parent: undefined, name: '.', node: walked.at(-1), saysDirectory: true }
}

/** Whether a path means a folder whatever is there: `a/`, `a/.`, `a/..`. */
export function endsAsDirectory(path: string): boolean {
  return /(?:^|\/)\.{0,2}$/.test(path)
}
