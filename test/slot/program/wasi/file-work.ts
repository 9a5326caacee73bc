import fc from 'fast-check'
import { FOLLOW, OPEN, OUT, type Guest } from './guest.ts'

/** One thing done with files by their paths. */
export type FileWork =
  | { readonly do: 'mkdir' | 'rmdir' | 'unlink' | 'readlink' | 'list'; readonly path: string }
  | { readonly do: 'rename' | 'link' | 'symlink'; readonly path: string; readonly other: string }
  | { readonly do: 'stat'; readonly path: string; readonly follow: boolean }
  | {
      readonly do: 'write'
      readonly path: string
      readonly text: string
      readonly follow: boolean
      readonly create: boolean
      readonly exclusive: boolean
      readonly truncate: boolean
    }
  | { readonly do: 'read'; readonly path: string; readonly follow: boolean }

/** Few names, so that most of them mean something; links and slashes at the end where they hurt. */
const component = fc.constantFrom('a', 'b', 'c')
const names = fc.array(component, { minLength: 1, maxLength: 3 })
const path = fc
  .tuple(names, fc.constantFrom('', '', '', '', '', '/', '/.'), fc.constantFrom('', '', '', './'))
  .map(([list, end, start]) => start + list.join('/') + end)
/** Without a slash at the end: which of two errors that leads to in a loop is nobody's concern. */
const target = names.map((list) => list.join('/'))
const flag = fc.boolean()

export const fileWork: fc.Arbitrary<FileWork> = fc.oneof(
  fc.record({
    do: fc.constantFrom('mkdir', 'mkdir', 'mkdir', 'rmdir', 'unlink', 'readlink', 'list'),
    path,
  }),
  fc.record({ do: fc.constantFrom('rename', 'rename', 'link'), path, other: path }),
  fc.record({ do: fc.constant('symlink'), path, other: target }),
  fc.record({ do: fc.constant('stat'), path, follow: flag }),
  fc.record({
    do: fc.constant('write'),
    path,
    text: fc.string({ maxLength: 5 }),
    follow: flag,
    create: fc.constantFrom(true, true, false),
    exclusive: fc.constantFrom(false, false, true),
    truncate: flag,
  }),
  fc.record({ do: fc.constant('read'), path, follow: flag }),
)

/** Does it in `/out`; answers what a program sees of it: the error's name, or what was found. */
export function doInGuest(guest: Guest, work: FileWork): string {
  try {
    return attempt(guest, work)
  } catch (error) {
    return (error as Error).message
  }
}

function attempt(guest: Guest, work: FileWork): string {
  const { path: name } = work
  switch (work.do) {
    case 'mkdir':
      return guest.mkdir(name)
    case 'rmdir':
      return guest.rmdir(name)
    case 'unlink':
      return guest.unlink(name)
    case 'readlink':
      return `to ${guest.readlink(name)}`
    case 'list': {
      const fd = guest.open(OUT, name, { flags: OPEN.directory, lookup: FOLLOW })
      const names = guest.names(fd).slice(2).join()
      guest.close(fd)
      return `has ${names}`
    }
    case 'rename':
      return guest.rename(name, work.other)
    case 'link':
      return guest.link(name, work.other)
    case 'symlink':
      return guest.symlink(work.other, name)
    case 'stat': {
      const { type, links, size } = guest.stat(name, work.follow ? FOLLOW : 0)
      if (type === 3) return 'folder'
      return `${type === 7 ? 'link' : 'file'} ${String(links)} ${String(size)}`
    }
    case 'read': {
      const fd = guest.open(OUT, name, { lookup: work.follow ? FOLLOW : 0, base: READ })
      const text = isFolder(guest, fd) ? 'isdir' : `read ${guest.read(fd)}`
      guest.close(fd)
      return text
    }
    case 'write': {
      const flags =
        (work.create ? OPEN.create : 0) |
        (work.exclusive ? OPEN.exclusive : 0) |
        (work.truncate ? OPEN.truncate : 0)
      const fd = guest.open(OUT, name, { lookup: work.follow ? FOLLOW : 0, flags })
      const result = guest.write(fd, work.text)
      guest.close(fd)
      return result
    }
  }
}

/** As much as a folder gives, too. */
const READ = (1n << 1n) | (1n << 21n)

function isFolder(guest: Guest, fd: number): boolean {
  return guest.fstat(fd).type === 3
}
