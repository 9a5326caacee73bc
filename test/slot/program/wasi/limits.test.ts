import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { guest, OPEN, OUT } from './guest.ts'

const MAX_BYTES = LIMITS.outputFilesBytes

describe('limits of a unit’s files', () => {
  it('bound the bytes of all files together; what does not fit changes nothing', () => {
    const { open, errno, write, fstat, unlink, close, create } = guest()
    const a = open(OUT, 'a', { flags: OPEN.create })
    expect(errno('fd_filestat_set_size', a, BigInt(MAX_BYTES - 10))).toBe('success')
    const b = open(OUT, 'b', { flags: OPEN.create })
    expect(write(b, 'x'.repeat(11))).toBe('nospc')
    expect(fstat(b).size).toBe(0n)
    expect(write(b, 'x'.repeat(10))).toBe('success')
    expect(errno('fd_allocate', b, 0n, 11n)).toBe('nospc')
    expect(errno('fd_filestat_set_size', a, BigInt(MAX_BYTES - 11))).toBe('success')
    expect(errno('fd_allocate', b, 0n, 11n)).toBe('success')
    // Room comes back when the last of name and descriptor is gone.
    expect(unlink('a')).toBe('success')
    expect(write(b, 'x')).toBe('success')
    expect(write(b, 'x')).toBe('nospc')
    expect(close(a)).toBe('success')
    expect(write(b, 'x')).toBe('success')
    create('c', 'x'.repeat(1000))
  })

  it('bound one file before anything is moved', () => {
    const { open, errno, seek, write, fuelUsed, fstat } = guest()
    const fd = open(OUT, 'a', { flags: OPEN.create })
    const before = fuelUsed()
    expect(errno('fd_filestat_set_size', fd, BigInt(MAX_BYTES + 1))).toBe('fbig')
    expect(errno('fd_allocate', fd, 1n, (1n << 62n) - 1n)).toBe('fbig')
    seek(fd, BigInt(MAX_BYTES), 0)
    expect(write(fd, 'x')).toBe('fbig')
    expect(errno('fd_filestat_set_size', fd, -1n)).toBe('inval')
    expect(fstat(fd).size).toBe(0n)
    expect(fuelUsed() - before).toBeLessThan(100_000n)
  })

  it('count a file for each of its names, as they are taken out', () => {
    const { create, link, open, write, unlink } = guest()
    create('a')
    const fd = open(OUT, 'a')
    write(fd, new Uint8Array(1_000_000))
    let links = 1
    while (link('a', `a${String(links)}`) === 'success') links += 1
    expect(links).toBe(Math.floor(MAX_BYTES / 1_000_000))
    expect(link('a', 'more')).toBe('nospc')
    expect(write(fd, new Uint8Array(1_000_000))).toBe('nospc')
    unlink('a1')
    expect(link('a', 'more')).toBe('success')
  })

  it('bound the names', () => {
    const { mkdir, symlink, openError, link, create, rename, unlink } = guest()
    create('f')
    for (let i = 1; i < LIMITS.outputFiles; i++) expect(mkdir(`d${String(i)}`)).toBe('success')
    expect(mkdir('one more')).toBe('nospc')
    expect(symlink('f', 'one more')).toBe('nospc')
    expect(link('f', 'one more')).toBe('nospc')
    expect(openError(OUT, 'one more', { flags: OPEN.create })).toBe('nospc')
    expect(rename('f', 'another name')).toBe('success')
    expect(unlink('another name')).toBe('success')
    expect(mkdir('one more')).toBe('success')
  })

  it('bound the descriptors, and nothing is made that cannot be opened', () => {
    const { create, openError, names, close } = guest()
    create('f')
    for (let fd = 5; fd < LIMITS.openFiles; fd++) expect(openError(OUT, 'f')).toBe('success')
    expect(openError(OUT, 'f')).toBe('mfile')
    expect(openError(OUT, 'new', { flags: OPEN.create })).toBe('mfile')
    expect(names(OUT)).toEqual(['.', '..', 'f'])
    close(100)
    expect(openError(OUT, 'new', { flags: OPEN.create })).toBe('success')
  })

  it('bound the paths that are taken out', () => {
    const { mkdir, open, wasi, create } = guest()
    let fd = OUT
    for (let i = 0; i < LIMITS.filePathNames; i++) {
      mkdir('d', fd)
      fd = open(fd, 'd', { flags: OPEN.directory })
    }
    expect(wasi.files()).toEqual([])
    create('f', '', fd)
    expect(() => wasi.files()).toThrow(expect.objectContaining({ outcome: 'output-too-large' }))
  })

  it('make every call pay for what it moves, follows and lists', () => {
    const { create, fuelUsed, open, write, read, seek, errno, readdir, stat, view } = guest()
    const cost = (work: () => void): bigint => {
      const before = fuelUsed()
      work()
      return fuelUsed() - before
    }
    create('f')
    const fd = open(OUT, 'f')
    expect(cost(() => write(fd, new Uint8Array(100_000)))).toBe(4096n + 1_600_000n)
    seek(fd, 0n, 0)
    expect(cost(() => read(fd, 1000))).toBe(4096n + 16_000n)
    // The gap that a write behind the end fills counts, too.
    seek(fd, 1_000_000n, 0)
    expect(cost(() => write(fd, 'x'))).toBe(4096n + 16n * 900_001n)
    expect(cost(() => errno('fd_filestat_set_size', fd, 0n))).toBe(4096n + 16n * 1_000_001n)
    const shallow = cost(() => stat('f'))
    expect(cost(() => stat(`${'./'.repeat(50)}f`)) - shallow).toBe(100n * 16n + 50n * 1024n)
    for (let i = 0; i < 100; i++) create(`g${String(i)}`)
    expect(cost(() => readdir(OUT, 0n, 24))).toBeGreaterThan(100n * 4096n)
    for (let i = 0; i < 1024; i++) view.setUint32(100_000 + 8 * i + 4, 0, true)
    expect(cost(() => errno('fd_write', 1, 100_000, 1024, 64))).toBeGreaterThan(1_000_000n)
  })

  it('end a unit that runs out of fuel in the middle of a call', () => {
    let left = 100_000
    const { open, errno } = guest({
      charge: (fuel) => {
        left -= fuel
        if (left < 0) throw new Error('out of fuel')
      },
    })
    const fd = open(OUT, 'a', { flags: OPEN.create })
    expect(() => errno('fd_filestat_set_size', fd, 1_000_000n)).toThrow('out of fuel')
  })
})
