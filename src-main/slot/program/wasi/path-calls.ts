import { FILE_TYPES, type DescriptorTable } from './descriptors.ts'
import { ERRNO } from './errno.ts'
import type { WasiCall, WasiCalls } from './system.ts'

/**
 * Directories, paths and sockets. A unit has none of them yet: every call finds that its descriptor is not open
 * (`badf`), no directory (`notdir`) or no socket (`notsock`). The file system will add directories to the table.
 */
export function pathCalls(table: DescriptorTable): WasiCalls {
  const noDirectory = (fd: number): number => {
    return table.get(fd).fileType === FILE_TYPES.directory ? ERRNO.nosys : ERRNO.notdir
  }
  const noSocket = (fd: number): number => {
    table.get(fd)
    return ERRNO.notsock
  }
  // C libraries look for preopened directories from 3 upwards until one of these answers `badf`.
  const noPreopen = (): number => ERRNO.badf

  const calls: Record<string, WasiCall> = {
    fd_prestat_get: noPreopen,
    fd_prestat_dir_name: noPreopen,
    path_symlink: (_targetAt: number, _targetLength: number, fd: number) => noDirectory(fd),
  }
  for (const name of [
    'fd_readdir',
    'path_create_directory',
    'path_filestat_get',
    'path_filestat_set_times',
    'path_link',
    'path_open',
    'path_readlink',
    'path_remove_directory',
    'path_rename',
    'path_unlink_file',
  ])
    calls[name] = noDirectory
  for (const name of ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown']) calls[name] = noSocket
  return calls
}
