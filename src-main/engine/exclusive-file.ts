import { closeSync, constants, copyFileSync, fsyncSync, linkSync, openSync, writeSync } from 'node:fs'

/** Makes a new file, for this user alone, with this content on the disk before it returns. EEXIST if it is there. */
export function writeDurably(path: string, content: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Gives a finished file a second, final name unless that name is taken, in one step: no reader ever sees half of it.
 * Answers whether this call placed it. The first name stays for the caller to remove.
 */
export function placeExclusively(finishedPath: string, path: string): boolean {
  try {
    linkSync(finishedPath, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
  }
  return copyExclusively(finishedPath, path)
}

/** For file systems without hard links, such as FAT; a key or a lock is written by one call. */
function copyExclusively(finishedPath: string, path: string): boolean {
  try {
    copyFileSync(finishedPath, path, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes the new name itself survive a power loss. Windows has no such call and needs none. */
export function syncDir(dir: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(dir, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
