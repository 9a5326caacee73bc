/** Rights of WASI preview 1, as bits of a u64. */
export const RIGHTS = {
  datasync: 1n << 0n,
  read: 1n << 1n,
  seek: 1n << 2n,
  fdstatSetFlags: 1n << 3n,
  sync: 1n << 4n,
  tell: 1n << 5n,
  write: 1n << 6n,
  advise: 1n << 7n,
  allocate: 1n << 8n,
  createDirectory: 1n << 9n,
  createFile: 1n << 10n,
  linkSource: 1n << 11n,
  linkTarget: 1n << 12n,
  open: 1n << 13n,
  readdir: 1n << 14n,
  readlink: 1n << 15n,
  renameSource: 1n << 16n,
  renameTarget: 1n << 17n,
  pathFilestatGet: 1n << 18n,
  pathFilestatSetSize: 1n << 19n,
  pathFilestatSetTimes: 1n << 20n,
  filestatGet: 1n << 21n,
  filestatSetSize: 1n << 22n,
  filestatSetTimes: 1n << 23n,
  symlink: 1n << 24n,
  removeDirectory: 1n << 25n,
  unlinkFile: 1n << 26n,
  poll: 1n << 27n,
} as const

const ANY = RIGHTS.datasync | RIGHTS.sync | RIGHTS.fdstatSetFlags | RIGHTS.filestatGet

const READ_FILE = ANY | RIGHTS.read | RIGHTS.seek | RIGHTS.tell | RIGHTS.advise | RIGHTS.poll
const READ_DIRECTORY = ANY | RIGHTS.open | RIGHTS.readdir | RIGHTS.readlink | RIGHTS.pathFilestatGet

const CHANGE_FILE = RIGHTS.write | RIGHTS.allocate | RIGHTS.filestatSetSize | RIGHTS.filestatSetTimes
const CHANGE_DIRECTORY =
  RIGHTS.createDirectory |
  RIGHTS.createFile |
  RIGHTS.linkSource |
  RIGHTS.linkTarget |
  RIGHTS.renameSource |
  RIGHTS.renameTarget |
  RIGHTS.pathFilestatSetSize |
  RIGHTS.pathFilestatSetTimes |
  RIGHTS.filestatSetTimes |
  RIGHTS.symlink |
  RIGHTS.removeDirectory |
  RIGHTS.unlinkFile

/** All that can be done with a descriptor of each kind. */
export const FILE_RIGHTS = READ_FILE | CHANGE_FILE
export const DIRECTORY_RIGHTS = READ_DIRECTORY | CHANGE_DIRECTORY
export const INPUT_RIGHTS = ANY | RIGHTS.read | RIGHTS.poll
export const OUTPUT_RIGHTS = ANY | RIGHTS.write | RIGHTS.poll

/** What a preopened folder gives: to itself, and at most to what is opened below it. */
export function preopenRights(isWritable: boolean): { readonly base: bigint; readonly inheriting: bigint } {
  return isWritable
    ? { base: DIRECTORY_RIGHTS, inheriting: DIRECTORY_RIGHTS | FILE_RIGHTS }
    : { base: READ_DIRECTORY, inheriting: READ_DIRECTORY | READ_FILE }
}
