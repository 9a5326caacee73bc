import { describe, expect, it } from 'vitest'
import { EPOCH_NS } from '../../../../src-main/slot/program/wasi/virtual-clock.ts'
import { unitPreopens } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { APPEND, file, guest, IN, OPEN, OUT } from './guest.ts'

const SET = 0
const CURRENT = 1
const END = 2

describe('files of a unit', () => {
  it('are found in /in, which is preopened as 3, and left in /out, which is 4', () => {
    const { call, view, bytes } = guest()
    for (const [fd, name] of [
      [IN, '/in'],
      [OUT, '/out'],
    ] as const) {
      expect(call('fd_prestat_get', fd, 0)).toBe(0)
      expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0, name.length])
      expect(call('fd_prestat_dir_name', fd, 100, name.length)).toBe(0)
      expect(new TextDecoder().decode(bytes(100, name.length))).toBe(name)
    }
    expect(call('fd_prestat_get', 5, 0)).toBe(8)
  })

  it('are what came with the unit', () => {
    const { content, names } = guest({ preopens: unitPreopens([file('a.txt', 'A'), file('deep/er/b', 'B')]) })
    expect(content('a.txt', IN)).toBe('A')
    expect(content('deep/er/b', IN)).toBe('B')
    expect(names(IN)).toEqual(['.', '..', 'a.txt', 'deep'])
  })

  it('are read in order and written where the position is', () => {
    const { open, write, read, seek, close, content } = guest()
    const fd = open(OUT, 'f', { flags: OPEN.create })
    expect(write(fd, 'abcdef')).toBe('success')
    expect(seek(fd, 0n, CURRENT)).toBe(6n)
    expect(seek(fd, -4n, END)).toBe(2n)
    expect(read(fd, 2)).toBe('cd')
    expect(write(fd, 'XY')).toBe('success')
    expect(read(fd)).toBe('')
    expect(seek(fd, 0n, SET)).toBe(0n)
    expect(read(fd)).toBe('abcdXY')
    expect(close(fd)).toBe('success')
    expect(content('f')).toBe('abcdXY')
  })

  it('have a position for each descriptor, and one content', () => {
    const { open, write, read } = guest()
    const a = open(OUT, 'f', { flags: OPEN.create })
    const b = open(OUT, 'f')
    write(a, 'one')
    expect(read(b)).toBe('one')
    write(b, 'two')
    expect(read(a)).toBe('two')
  })

  it('are read and written at an offset without moving the position', () => {
    const { open, write, read, pread, pwrite } = guest()
    const fd = open(OUT, 'f', { flags: OPEN.create })
    write(fd, 'abcdef')
    expect(pwrite(fd, 1n, 'BC')).toBe('success')
    expect(pread(fd, 0n, 4)).toBe('aBCd')
    expect(pread(fd, 100n)).toBe('')
    write(fd, '!')
    expect(pread(fd, 0n)).toBe('aBCdef!')
    expect(read(fd)).toBe('')
    expect(pwrite(fd, -1n, 'x')).toBe('inval')
  })

  it('grow at their end when they are opened to append, wherever the position is', () => {
    const { create, open, write, seek, content, errno, pwrite } = guest()
    create('f', 'abc')
    const fd = open(OUT, 'f', { fdflags: APPEND })
    seek(fd, 0n, SET)
    write(fd, 'd')
    expect(pwrite(fd, 0n, 'e')).toBe('success')
    expect(content('f')).toBe('abcde')
    expect(errno('fd_fdstat_set_flags', fd, 0)).toBe('success')
    expect(pwrite(fd, 0n, 'A')).toBe('success')
    expect(content('f')).toBe('Abcde')
  })

  it('read as zeros where they were never written', () => {
    const { open, write, seek, pread, errno, fstat } = guest()
    const fd = open(OUT, 'f', { flags: OPEN.create })
    write(fd, 'abc')
    errno('fd_filestat_set_size', fd, 1n)
    errno('fd_filestat_set_size', fd, 3n)
    expect(pread(fd, 0n)).toBe('a\0\0')
    seek(fd, 5n, SET)
    write(fd, 'z')
    expect(pread(fd, 0n)).toBe('a\0\0\0\0z')
    expect(errno('fd_allocate', fd, 4n, 4n)).toBe('success')
    expect(fstat(fd).size).toBe(8n)
    expect(errno('fd_allocate', fd, 0n, 2n)).toBe('success')
    expect(fstat(fd).size).toBe(8n)
    expect(errno('fd_allocate', fd, 0n, 0n)).toBe('inval')
  })

  it('can be opened anew: created, cut, or refused when they exist', () => {
    const { create, open, openError, content } = guest()
    create('f', 'abc')
    expect(openError(OUT, 'f', { flags: OPEN.create | OPEN.exclusive })).toBe('exist')
    open(OUT, 'f', { flags: OPEN.create })
    expect(content('f')).toBe('abc')
    open(OUT, 'f', { flags: OPEN.truncate })
    expect(content('f')).toBe('')
    expect(openError(OUT, 'g')).toBe('noent')
    expect(openError(OUT, 'g', { flags: OPEN.create | OPEN.directory })).toBe('inval')
    expect(openError(OUT, 'g', { flags: 16 })).toBe('inval')
  })

  it('live on as long as they are open when their name is gone', () => {
    const { create, open, unlink, read, write, seek, fstat, openError, files } = guest()
    create('f', 'abc')
    const fd = open(OUT, 'f')
    expect(unlink('f')).toBe('success')
    expect(openError(OUT, 'f')).toBe('noent')
    expect(read(fd)).toBe('abc')
    write(fd, 'd')
    expect(seek(fd, 0n, SET)).toBe(0n)
    expect(read(fd)).toBe('abcd')
    expect(fstat(fd).links).toBe(0n)
    expect(files()).toEqual({})
  })

  it('have times of the virtual calendar, set at will', () => {
    const { create, stat, call, setFuel, errno, put } = guest({ preopens: unitPreopens([file('a', '')]) })
    expect(stat('a', 0, IN).modifiedNs).toBe(EPOCH_NS)
    setFuel(10_000_000n)
    create('f', 'abc')
    const made = stat('f').modifiedNs
    expect(made).toBeGreaterThan(EPOCH_NS + 10_000_000n)
    expect(made).toBeLessThan(EPOCH_NS + 11_000_000n)
    put(9000, 'f')
    expect(call('path_filestat_set_times', OUT, 0, 9000, 1, 5n, 7n, 4)).toBe(0)
    expect(stat('f')).toMatchObject({ modifiedNs: 7n })
    expect(stat('f').changedNs).toBeGreaterThan(made)
    expect(errno('path_filestat_set_times', OUT, 0, 9000, 1, 5n, 7n, 12)).toBe('inval')
    expect(errno('path_filestat_set_times', OUT, 0, 9000, 1, 5n, 7n, 3)).toBe('inval')
    expect(errno('path_filestat_set_times', OUT, 0, 9000, 1, 5n, 7n, 16)).toBe('inval')
  })

  it('have stable inodes, apart from each other and from those of the other folder', () => {
    const start = () => guest({ preopens: unitPreopens([file('a', ''), file('b', '')]) })
    const g = start()
    g.create('a')
    g.create('b')
    const inodes = [g.stat('a', 0, IN), g.stat('b', 0, IN), g.stat('a'), g.stat('b')].map(
      ({ device, inode }) => `${String(device)}:${String(inode)}`,
    )
    expect(inodes).toEqual(['1:2', '1:3', '2:2', '2:3'])
    g.rename('a', 'c')
    expect(g.stat('c').inode).toBe(2n)
    g.unlink('b')
    g.create('b')
    expect(g.stat('b').inode).toBe(4n)
  })

  it('tell streams, folders and files apart where a call is for one of them', () => {
    const { errno, create, open } = guest()
    create('f')
    expect(errno('fd_seek', 0, 0n, 0, 64)).toBe('spipe')
    expect(errno('fd_tell', 1, 64)).toBe('spipe')
    expect(errno('fd_pread', 0, 0, 0, 0n, 64)).toBe('spipe')
    expect(errno('fd_seek', OUT, 0n, 0, 64)).toBe('isdir')
    expect(errno('fd_read', OUT, 0, 0, 64)).toBe('isdir')
    expect(errno('fd_write', OUT, 0, 0, 64)).toBe('isdir')
    const fd = open(OUT, 'f')
    expect(errno('fd_readdir', fd, 0, 64, 0n, 64)).toBe('notdir')
    expect(errno('path_unlink_file', fd, 0, 1)).toBe('notdir')
    expect(errno('sock_shutdown', fd, 0)).toBe('notsock')
    expect(errno('fd_seek', fd, -1n, SET, 64)).toBe('inval')
    expect(errno('fd_seek', fd, 1n << 60n, SET, 64)).toBe('inval')
    expect(errno('fd_seek', fd, 0n, 9, 64)).toBe('inval')
    expect(errno('fd_advise', fd, 0n, 10n, 6)).toBe('inval')
    expect(errno('fd_advise', fd, 0n, 10n, 5)).toBe('success')
    expect(errno('fd_sync', fd)).toBe('success')
    expect(errno('fd_datasync', fd)).toBe('success')
  })

  it('are always ready when polled, with what there is to read', () => {
    const { create, open, errno, view, put } = guest()
    create('f', 'abcde')
    const fd = open(OUT, 'f')
    put(1024, new Uint8Array(3 * 48))
    for (const [i, tag, target] of [
      [0, 1, fd],
      [1, 2, fd],
      [2, 1, OUT],
    ] as const) {
      view.setBigUint64(1024 + 48 * i, BigInt(i), true)
      view.setUint8(1024 + 48 * i + 8, tag)
      view.setUint32(1024 + 48 * i + 16, target, true)
    }
    expect(errno('poll_oneoff', 1024, 2048, 3, 64)).toBe('success')
    expect(view.getUint32(64, true)).toBe(3)
    const events = [0, 1, 2].map((i) => [
      view.getUint16(2048 + 32 * i + 8, true),
      view.getBigUint64(2048 + 32 * i + 16, true),
    ])
    expect(events).toEqual([
      [0, 5n],
      [0, 0n],
      [76, 0n],
    ])
  })
})
