import { describe, expect, it } from 'vitest'
import { unitPreopens } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { file, guest, IN, OPEN, OUT } from './guest.ts'

describe('folders of a unit', () => {
  it('list their names in the order of their UTF-8 bytes, whatever the order of making', () => {
    const { create, names } = guest()
    for (const name of ['b', '\u{1f40d}', 'a.', '\uff5a', 'a', 'B', 'é', 'aa']) create(name)
    expect(names(OUT)).toEqual(['.', '..', 'B', 'a', 'a.', 'aa', 'b', 'é', '\uff5a', '\u{1f40d}'])
  })

  it('name inode and type of each entry; their parent stays hidden behind the topmost', () => {
    const { mkdir, create, symlink, readdir, open, stat } = guest()
    mkdir('d')
    create('f')
    symlink('f', 'l')
    const { entries } = readdir(OUT)
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['.', 3],
      ['..', 3],
      ['d', 3],
      ['f', 4],
      ['l', 7],
    ])
    expect(entries.map(({ inode }) => inode)).toEqual([1n, 1n, 2n, 3n, 4n])
    const sub = readdir(open(OUT, 'd', { flags: OPEN.directory })).entries
    expect(sub.map(({ inode }) => inode)).toEqual([stat('d').inode, 1n])
  })

  it('can be read in small pieces, the last entry of a piece cut', () => {
    const { create, readdir } = guest()
    for (let i = 0; i < 20; i++) create(`file-${String(i).padStart(2, '0')}`)
    const seen: string[] = []
    let cookie = 0n
    for (;;) {
      const { entries, isCut } = readdir(OUT, cookie, 100)
      seen.push(...entries.map(({ name }) => name))
      cookie = entries.at(-1)?.next ?? cookie
      if (!isCut) break
    }
    expect(seen.length).toBe(22)
    expect(new Set(seen).size).toBe(22)
  })

  it('keep their cookies valid while entries go, and show new ones from the start', () => {
    const { create, unlink, readdir } = guest()
    for (const name of ['a', 'b', 'c', 'd', 'e']) create(name)
    const first = readdir(OUT, 0n, 24 + 1 + 24 + 2 + 2 * 25).entries
    expect(first.map(({ name }) => name)).toEqual(['.', '..', 'a', 'b'])
    for (const name of ['a', 'b', 'd']) unlink(name)
    create('aa')
    const { entries } = readdir(OUT, first.at(-1)?.next)
    expect(entries.map(({ name }) => name)).toEqual(['c', 'e'])
    expect(readdir(OUT).entries.map(({ name }) => name)).toEqual(['.', '..', 'aa', 'c', 'e'])
    expect(readdir(OUT, 999n).entries).toEqual([])
    expect(readdir(OUT, -1n).entries).toEqual([])
  })

  it('go only when they are empty', () => {
    const { mkdir, rmdir, create, unlink, errno } = guest()
    expect(mkdir('d')).toBe('success')
    expect(mkdir('d')).toBe('exist')
    expect(mkdir('.')).toBe('exist')
    expect(mkdir('x/y')).toBe('noent')
    create('d/f')
    expect(mkdir('d/f/g')).toBe('notdir')
    expect(rmdir('d')).toBe('notempty')
    unlink('d/f')
    expect(rmdir('d')).toBe('success')
    expect(rmdir('d')).toBe('noent')
    expect(errno('fd_filestat_set_size', OUT, 0n)).toBe('notcapable')
  })

  it('give a new descriptor the lowest free number', () => {
    const { open, create, close } = guest()
    create('f')
    expect([open(OUT, 'f'), open(OUT, 'f'), open(OUT, 'f')]).toEqual([5, 6, 7])
    close(6)
    close(0)
    expect([open(OUT, 'f'), open(OUT, 'f'), open(OUT, 'f')]).toEqual([0, 6, 8])
  })

  it('can be closed and replaced like any descriptor', () => {
    const { open, create, close, errno, content, read } = guest({ preopens: unitPreopens([file('a', 'A')]) })
    create('f', 'F')
    const fd = open(OUT, 'f')
    expect(errno('fd_renumber', fd, IN)).toBe('success')
    expect(read(IN)).toBe('F')
    expect(errno('fd_prestat_get', IN, 0)).toBe('badf')
    expect(errno('fd_renumber', fd, OUT)).toBe('badf')
    expect(errno('fd_renumber', OUT, fd)).toBe('badf')
    expect(errno('fd_renumber', OUT, OUT)).toBe('success')
    expect(content('f')).toBe('F')
    expect(close(OUT)).toBe('success')
    expect(close(OUT)).toBe('badf')
  })
})
