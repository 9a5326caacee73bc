import { LIMITS } from '../../../domain/limits.ts'
import { isFileName } from '../../../domain/unit-file.ts'
import { BYTE_FUEL, LINK_FUEL, PATH_FUEL, STEP_FUEL } from './costs.ts'
import type { DirectoryDescriptor } from './descriptors.ts'
import { ERRNO, WasiError } from './errno.ts'
import type { DirectoryNode } from './files/node.ts'
import { endsAsDirectory, resolvePath, type Place } from './files/resolve-path.ts'
import type { Entry } from './files/volume.ts'
import type { WasiSystem } from './system.ts'
import { decodeText, encodeText } from './text.ts'

const SYMLINK_FOLLOW = 1

/** A path in the guest's memory: UTF-8 without NUL. Throws `nametoolong`, `ilseq` and `inval`. */
export function readPath(system: WasiSystem, at: number, length: number): string {
  const bytes = system.memory.span(at, length)
  if (bytes.length > LIMITS.pathTextBytes) throw new WasiError(ERRNO.nametoolong)
  system.charge(PATH_FUEL + bytes.length * BYTE_FUEL)
  const path = decodeText(bytes)
  if (path === undefined) throw new WasiError(ERRNO.ilseq)
  if (path.includes('\0')) throw new WasiError(ERRNO.inval)
  return path
}

/** Follows a path to what is to be looked at. A path that means a folder follows a link at its end, as in POSIX. */
export function look(
  system: WasiSystem,
  { node }: DirectoryDescriptor,
  path: string,
  lookupFlags: number,
): Place {
  return resolve(system, node, path, follows(lookupFlags) || endsAsDirectory(path))
}

/** Follows a path to a name that is to be made, moved or taken away. */
export function seekName(system: WasiSystem, { node }: DirectoryDescriptor, path: string): Place {
  return resolve(system, node, path, false)
}

function resolve(system: WasiSystem, base: DirectoryNode, path: string, followLast: boolean): Place {
  const onText = (components: number, isLink: boolean): void =>
    system.charge(components * STEP_FUEL + (isLink ? LINK_FUEL : 0))
  return resolvePath(base, path, { followLast, onText })
}

/** The last name of a path as one that may be given to something new. Throws `nametoolong` and `ilseq`. */
export function newEntry({ parent, name }: Place): Entry {
  if (parent === undefined) throw new WasiError(ERRNO.exist)
  if (isFileName(name)) return { parent, name }
  throw new WasiError(encodeText(name).length > LIMITS.fileNameBytes ? ERRNO.nametoolong : ERRNO.ilseq)
}

/** Whether `lookupflags` asks to follow a link at the end; unknown flags are `inval`. */
export function follows(lookupFlags: number): boolean {
  if ((lookupFlags & ~SYMLINK_FOLLOW) !== 0) throw new WasiError(ERRNO.inval)
  return lookupFlags === SYMLINK_FOLLOW
}
