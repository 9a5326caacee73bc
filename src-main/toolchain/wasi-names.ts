import { VALUE_TYPE, type FunctionType } from './wasm/module.ts'

export const WASI_MODULE = 'wasi_snapshot_preview1'

/**
 * Every function of WASI preview 1 with its signature: parameters, colon, results; `i` is i32, `I` is i64, `F` is f64.
 * From the preview 1 witx; `sock_accept` came with its last revision.
 */
const WASI_SIGNATURES: Readonly<Record<string, string>> = {
  args_get: 'ii:i',
  args_sizes_get: 'ii:i',
  environ_get: 'ii:i',
  environ_sizes_get: 'ii:i',
  clock_res_get: 'ii:i',
  clock_time_get: 'iIi:i',
  fd_advise: 'iIIi:i',
  fd_allocate: 'iII:i',
  fd_close: 'i:i',
  fd_datasync: 'i:i',
  fd_fdstat_get: 'ii:i',
  fd_fdstat_set_flags: 'ii:i',
  fd_fdstat_set_rights: 'iII:i',
  fd_filestat_get: 'ii:i',
  fd_filestat_set_size: 'iI:i',
  fd_filestat_set_times: 'iIIi:i',
  fd_pread: 'iiiIi:i',
  fd_prestat_get: 'ii:i',
  fd_prestat_dir_name: 'iii:i',
  fd_pwrite: 'iiiIi:i',
  fd_read: 'iiii:i',
  fd_readdir: 'iiiIi:i',
  fd_renumber: 'ii:i',
  fd_seek: 'iIii:i',
  fd_sync: 'i:i',
  fd_tell: 'ii:i',
  fd_write: 'iiii:i',
  path_create_directory: 'iii:i',
  path_filestat_get: 'iiiii:i',
  path_filestat_set_times: 'iiiiIIi:i',
  path_link: 'iiiiiii:i',
  path_open: 'iiiiiIIii:i',
  path_readlink: 'iiiiii:i',
  path_remove_directory: 'iii:i',
  path_rename: 'iiiiii:i',
  path_symlink: 'iiiii:i',
  path_unlink_file: 'iii:i',
  poll_oneoff: 'iiii:i',
  proc_exit: 'i:',
  proc_raise: 'i:i',
  random_get: 'ii:i',
  sched_yield: ':i',
  sock_accept: 'iii:i',
  sock_recv: 'iiiiii:i',
  sock_send: 'iiiii:i',
  sock_shutdown: 'ii:i',
}

/** Names of the preview 1 functions that an app may import, sorted. */
export const WASI_NAMES: readonly string[] = Object.keys(WASI_SIGNATURES).sort()

const PROGRESS_MODULE = 'powerswarm'
const PROGRESS_NAME = 'progress'
const TYPE_OF_LETTER: Readonly<Record<string, number>> = {
  i: VALUE_TYPE.i32,
  I: VALUE_TYPE.i64,
  F: VALUE_TYPE.f64,
}

/** The only type an import of this name may have, or `undefined` when it is not part of the app ABI. */
export function importType(module: string, name: string): FunctionType | undefined {
  if (module === PROGRESS_MODULE && name === PROGRESS_NAME) return parseSignature('F:')
  if (module !== WASI_MODULE || !Object.hasOwn(WASI_SIGNATURES, name)) return undefined
  return parseSignature(WASI_SIGNATURES[name] ?? ':')
}

function parseSignature(signature: string): FunctionType {
  const [params = '', results = ''] = signature.split(':')
  const types = (letters: string): number[] => Array.from(letters, (letter) => TYPE_OF_LETTER[letter] ?? 0)
  return { params: types(params), results: types(results) }
}
