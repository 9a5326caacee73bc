import { describe, expect, it } from 'vitest'
import { DIRECTORY_RIGHTS, FILE_RIGHTS, RIGHTS } from '../../../../src-main/slot/program/wasi/rights.ts'
import { unitPreopens } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { file, guest, IN, OPEN, OUT } from './guest.ts'

describe('rights of a descriptor', () => {
  it('let nothing in /in be changed', () => {
    const g = guest({ preopens: unitPreopens([file('d/f', 'F'), file('g', '')]) })
    expect(g.openError(IN, 'new', { flags: OPEN.create })).toBe('notcapable')
    expect(g.openError(IN, 'g', { flags: OPEN.truncate, base: RIGHTS.read })).toBe('notcapable')
    expect(g.openError(IN, 'g', { base: RIGHTS.read | RIGHTS.write })).toBe('notcapable')
    expect(g.mkdir('x', IN)).toBe('notcapable')
    expect(g.rmdir('d', IN)).toBe('notcapable')
    expect(g.unlink('g', IN)).toBe('notcapable')
    expect(g.rename('g', 'h', IN)).toBe('notcapable')
    expect(g.link('g', 'h', IN)).toBe('notcapable')
    expect(g.symlink('g', 'h', IN)).toBe('notcapable')
    expect(g.errno('path_filestat_set_times', IN, 0, 1024, 1, 0n, 0n, 1)).toBe('notcapable')
    const fd = g.open(IN, 'd/f', { base: FILE_RIGHTS & ~RIGHTS.write })
    expect(g.write(fd, 'x')).toBe('notcapable')
    expect(g.pwrite(fd, 0n, 'x')).toBe('notcapable')
    expect(g.errno('fd_filestat_set_size', fd, 0n)).toBe('notcapable')
    expect(g.errno('fd_filestat_set_times', fd, 0n, 0n, 1)).toBe('notcapable')
    expect(g.errno('fd_allocate', fd, 0n, 10n)).toBe('notcapable')
    const sub = g.open(IN, 'd', { base: DIRECTORY_RIGHTS })
    expect(g.openError(sub, 'new', { flags: OPEN.create })).toBe('notcapable')
    expect(g.read(fd)).toBe('F')
  })

  it('are what was asked for, as far as the folder can pass them on', () => {
    const { open, rightsOf, create, mkdir } = guest({ preopens: unitPreopens([file('a', 'A')]) })
    create('f')
    mkdir('d')
    expect(rightsOf(open(OUT, 'f', { base: RIGHTS.read, inheriting: 0n }))).toEqual({
      base: RIGHTS.read,
      inheriting: 0n,
    })
    // What libraries ask for beyond that is left out without a word.
    const asked = RIGHTS.read | RIGHTS.filestatSetTimes | RIGHTS.createFile
    expect(rightsOf(open(IN, 'a', { base: asked })).base).toBe(RIGHTS.read)
    const sub = open(OUT, 'd', { base: RIGHTS.open | RIGHTS.createFile, inheriting: RIGHTS.read })
    expect(rightsOf(sub)).toEqual({ base: RIGHTS.open | RIGHTS.createFile, inheriting: RIGHTS.read })
  })

  it('of a folder bound what is opened below it', () => {
    const { open, openError, mkdir } = guest()
    mkdir('d')
    const sub = open(OUT, 'd', { base: RIGHTS.open | RIGHTS.createFile, inheriting: RIGHTS.read })
    expect(openError(sub, 'f', { flags: OPEN.create, base: RIGHTS.write })).toBe('notcapable')
    expect(openError(sub, 'f', { base: 0n })).toBe('noent')
    expect(openError(sub, 'f', { flags: OPEN.create, base: RIGHTS.read })).toBe('success')
  })

  it('can only be given up', () => {
    const { create, open, errno, read, write, rightsOf } = guest()
    create('f', 'F')
    const fd = open(OUT, 'f', { base: RIGHTS.read | RIGHTS.write })
    expect(errno('fd_fdstat_set_rights', fd, RIGHTS.read, 0n)).toBe('success')
    expect(write(fd, 'x')).toBe('notcapable')
    expect(read(fd)).toBe('F')
    expect(errno('fd_fdstat_set_rights', fd, RIGHTS.read | RIGHTS.write, 0n)).toBe('notcapable')
    expect(rightsOf(fd).base).toBe(RIGHTS.read)
  })

  it('are needed for each call', () => {
    const { create, open, errno, pread, seek } = guest()
    create('f', 'F')
    const none = open(OUT, 'f', { base: 0n })
    for (const [name, ...values] of [
      ['fd_read', 0, 0, 64],
      ['fd_write', 0, 0, 64],
      ['fd_pread', 0, 0, 0n, 64],
      ['fd_pwrite', 0, 0, 0n, 64],
      ['fd_seek', 0n, 0, 64],
      ['fd_tell', 64],
      ['fd_advise', 0n, 0n, 0],
      ['fd_allocate', 0n, 1n],
      ['fd_sync'],
      ['fd_datasync'],
      ['fd_fdstat_set_flags', 0],
      ['fd_filestat_get', 64],
      ['fd_filestat_set_size', 0n],
      ['fd_filestat_set_times', 0n, 0n, 0],
    ] as const)
      expect([name, errno(name, none, ...values)]).toEqual([name, 'notcapable'])
    // Only to seek is to tell, too; reading at an offset takes both.
    expect(errno('fd_tell', open(OUT, 'f', { base: RIGHTS.seek }), 64)).toBe('success')
    const tells = open(OUT, 'f', { base: RIGHTS.tell | RIGHTS.read })
    expect(seek(tells, 0n, 1)).toBe(0n)
    expect(errno('fd_seek', tells, 1n, 1, 64)).toBe('notcapable')
    expect(() => pread(tells, 0n)).toThrow('notcapable')
  })

  it('are needed on the folder for each call with a path', () => {
    const { mkdir, open, errno, put } = guest()
    mkdir('d')
    const none = open(OUT, 'd', { base: 0n })
    put(1024, 'f')
    for (const [name, ...values] of [
      ['path_open', 0, 1024, 1, 0, 0n, 0n, 0, 64],
      ['path_create_directory', 1024, 1],
      ['path_remove_directory', 1024, 1],
      ['path_unlink_file', 1024, 1],
      ['path_readlink', 1024, 1, 64, 8, 64],
      ['path_filestat_get', 0, 1024, 1, 64],
      ['path_filestat_set_times', 0, 1024, 1, 0n, 0n, 0],
      ['path_rename', 1024, 1, OUT, 1024, 1],
      ['path_link', 0, 1024, 1, OUT, 1024, 1],
      ['fd_readdir', 0, 64, 0n, 64],
    ] as const)
      expect([name, errno(name, none, ...values)]).toEqual([name, 'notcapable'])
    expect(errno('path_symlink', 1024, 1, none, 1024, 1)).toBe('notcapable')
    expect(errno('path_rename', OUT, 1024, 1, none, 1024, 1)).toBe('notcapable')
  })

  it('of a folder never include reading, writing and seeking', () => {
    const { open, openError, rightsOf } = guest()
    const fd = open(OUT, '.', { base: RIGHTS.read | RIGHTS.seek | RIGHTS.readdir })
    expect(rightsOf(fd).base).toBe(RIGHTS.readdir)
    expect(openError(OUT, '.', { base: RIGHTS.write })).toBe('isdir')
    expect(openError(OUT, '.', { flags: OPEN.truncate, base: 0n })).toBe('isdir')
  })
})
