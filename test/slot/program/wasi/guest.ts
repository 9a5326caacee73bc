import { ERRNO } from '../../../../src-main/slot/program/wasi/errno.ts'
import { DIRECTORY_RIGHTS, FILE_RIGHTS, RIGHTS } from '../../../../src-main/slot/program/wasi/rights.ts'
import { createWasi, unitPreopens, type WasiInit } from '../../../../src-main/slot/program/wasi/wasi.ts'

export const IN = 3
export const OUT = 4
export const OPEN = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const
export const APPEND = 1
export const FOLLOW = 1

const ERRNO_NAMES = new Map(Object.entries(ERRNO).map(([name, errno]) => [errno as number, name]))
/** Where the guest keeps what it passes: vectors, paths, answers, data. */
const AT = { vectors: 0, answer: 64, first: 1024, second: 8192, data: 16_384 } as const
const MEMORY_PAGES = 64
const ALL_RIGHTS = DIRECTORY_RIGHTS | FILE_RIGHTS
/** A byte order mark stays. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export interface Stat {
  readonly device: bigint
  readonly inode: bigint
  readonly type: number
  readonly links: bigint
  readonly size: bigint
  readonly modifiedNs: bigint
  readonly changedNs: bigint
}

export interface OpenOptions {
  readonly flags?: number
  readonly lookup?: number
  readonly base?: bigint
  readonly inheriting?: bigint
  readonly fdflags?: number
}

/**
 * Stands for a module: calls WASI functions with its own memory. Calls that can fail answer the name of the error
 * number, `'success'` included; those that give something throw with that name.
 */
export function guest(options: Partial<WasiInit> = {}) {
  let fuel = 0n
  const wasi = createWasi({
    args: [],
    stdin: new Uint8Array(),
    seed: new Uint8Array(32),
    maxOutputBytes: 1024,
    preopens: unitPreopens(),
    charge: (amount) => {
      fuel += BigInt(amount)
    },
    fuelUsed: () => fuel,
    ...options,
  })
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES })
  wasi.attach(memory)
  const view = new DataView(memory.buffer)
  const bytes = (at: number, length: number): Uint8Array =>
    new Uint8Array(memory.buffer).slice(at, at + length)

  const call = (name: string, ...values: (number | bigint)[]): number => {
    const imported = wasi.imports[name]
    if (imported === undefined) throw new Error(`no function ${name}`)
    return imported(...values)
  }
  const errno = (name: string, ...values: (number | bigint)[]): string => {
    const number = call(name, ...values)
    return ERRNO_NAMES.get(number) ?? String(number)
  }
  const must = (name: string, ...values: (number | bigint)[]): void => {
    const result = errno(name, ...values)
    if (result !== 'success') throw new Error(result)
  }
  const put = (at: number, content: string | Uint8Array): number => {
    const raw = typeof content === 'string' ? new TextEncoder().encode(content) : content
    new Uint8Array(memory.buffer).set(raw, at)
    return raw.length
  }
  const path = (content: string | Uint8Array): [number, number] => [AT.first, put(AT.first, content)]
  const second = (content: string): [number, number] => [AT.second, put(AT.second, content)]
  const vector = (length: number): void => {
    view.setUint32(AT.vectors, AT.data, true)
    view.setUint32(AT.vectors + 4, length, true)
  }
  const stat = (): Stat => ({
    device: view.getBigUint64(AT.data, true),
    inode: view.getBigUint64(AT.data + 8, true),
    type: view.getUint8(AT.data + 16),
    links: view.getBigUint64(AT.data + 24, true),
    size: view.getBigUint64(AT.data + 32, true),
    modifiedNs: view.getBigUint64(AT.data + 48, true),
    changedNs: view.getBigUint64(AT.data + 56, true),
  })

  const open = (fd: number, name: string, options: OpenOptions = {}): number => {
    const { flags = 0, lookup = 0, inheriting = ALL_RIGHTS, fdflags = 0 } = options
    // All but what cannot be had: a folder is not written, nor is anything in /in.
    const isReadOnly = (flags & OPEN.directory) !== 0 || fd === IN
    const base = options.base ?? (isReadOnly ? ALL_RIGHTS & ~RIGHTS.write : ALL_RIGHTS)
    must('path_open', fd, lookup, ...path(name), flags, base, inheriting, fdflags, AT.answer)
    return view.getUint32(AT.answer, true)
  }
  const write = (fd: number, content: string | Uint8Array): string => {
    vector(put(AT.data, content))
    return errno('fd_write', fd, AT.vectors, 1, AT.answer)
  }
  const read = (fd: number, length = 4096): string => {
    vector(length)
    must('fd_read', fd, AT.vectors, 1, AT.answer)
    return decoder.decode(bytes(AT.data, view.getUint32(AT.answer, true)))
  }
  const rightsOf = (fd: number): { readonly base: bigint; readonly inheriting: bigint } => {
    must('fd_fdstat_get', fd, AT.data)
    return {
      base: view.getBigUint64(AT.data + 8, true),
      inheriting: view.getBigUint64(AT.data + 16, true),
    }
  }
  /** Entries of one call: name, inode, type and the cookie to go on with. */
  const readdir = (fd: number, cookie = 0n, length = 65_536) => {
    must('fd_readdir', fd, AT.data, length, cookie, AT.answer)
    const used = view.getUint32(AT.answer, true)
    const entries: { name: string; inode: bigint; type: number; next: bigint }[] = []
    for (let at = AT.data; at + 24 <= AT.data + used;) {
      const size = view.getUint32(at + 16, true)
      if (at + 24 + size > AT.data + used) break
      entries.push({
        name: decoder.decode(bytes(at + 24, size)),
        inode: view.getBigUint64(at + 8, true),
        type: view.getUint8(at + 20),
        next: view.getBigUint64(at, true),
      })
      at += 24 + size
    }
    return { entries, isCut: used === length }
  }

  return {
    wasi,
    memory,
    view,
    bytes,
    call,
    errno,
    put,
    fuelUsed: (): bigint => fuel,
    setFuel: (value: bigint): void => {
      fuel = value
    },
    open,
    write,
    read,
    rightsOf,
    readdir,
    names: (fd: number): string[] => readdir(fd).entries.map(({ name }) => name),
    openError: (fd: number, name: string, more: OpenOptions = {}): string => {
      try {
        open(fd, name, more)
      } catch (error) {
        return (error as Error).message
      }
      return 'success'
    },
    close: (fd: number): string => errno('fd_close', fd),
    /** Makes a file with this content and closes it. */
    create: (name: string, content: string | Uint8Array = '', fd = OUT): void => {
      const file = open(fd, name, { flags: OPEN.create | OPEN.truncate })
      if (write(file, content) !== 'success') throw new Error(`cannot write ${name}`)
      must('fd_close', file)
    },
    content: (name: string, fd = OUT): string => {
      const file = open(fd, name, { lookup: FOLLOW })
      const text = read(file)
      must('fd_close', file)
      return text
    },
    seek: (fd: number, offset: bigint, whence: number): bigint => {
      must('fd_seek', fd, offset, whence, AT.answer)
      return view.getBigUint64(AT.answer, true)
    },
    pread: (fd: number, offset: bigint, length = 4096): string => {
      vector(length)
      must('fd_pread', fd, AT.vectors, 1, offset, AT.answer)
      return decoder.decode(bytes(AT.data, view.getUint32(AT.answer, true)))
    },
    pwrite: (fd: number, offset: bigint, content: string): string => {
      vector(put(AT.data, content))
      return errno('fd_pwrite', fd, AT.vectors, 1, offset, AT.answer)
    },
    mkdir: (name: string, fd = OUT): string => errno('path_create_directory', fd, ...path(name)),
    rmdir: (name: string, fd = OUT): string => errno('path_remove_directory', fd, ...path(name)),
    unlink: (name: string, fd = OUT): string => errno('path_unlink_file', fd, ...path(name)),
    rename: (from: string, to: string, fd = OUT, toFd = fd): string =>
      errno('path_rename', fd, ...path(from), toFd, ...second(to)),
    link: (from: string, to: string, fd = OUT, toFd = fd): string =>
      errno('path_link', fd, 0, ...path(from), toFd, ...second(to)),
    symlink: (target: string, name: string, fd = OUT): string =>
      errno('path_symlink', ...second(target), fd, ...path(name)),
    readlink: (name: string, length = 4096, fd = OUT): string => {
      must('path_readlink', fd, ...path(name), AT.data, length, AT.answer)
      return decoder.decode(bytes(AT.data, view.getUint32(AT.answer, true)))
    },
    pathError: (name: string, raw: Uint8Array): string => errno(name, OUT, ...path(raw)),
    stat: (name: string, lookup = 0, fd = OUT): Stat => {
      must('path_filestat_get', fd, lookup, ...path(name), AT.data)
      return stat()
    },
    fstat: (fd: number): Stat => {
      must('fd_filestat_get', fd, AT.data)
      return stat()
    },
    files: (): Record<string, string> =>
      Object.fromEntries(wasi.files().map((file) => [file.path, decoder.decode(file.bytes)])),
  }
}

export type Guest = ReturnType<typeof guest>

export function file(path: string, content: string): { path: string; bytes: Uint8Array } {
  return { path, bytes: new TextEncoder().encode(content) }
}
