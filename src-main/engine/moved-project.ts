import { readFileSync, rmSync } from 'node:fs'
import { PowerswarmError } from '../domain/errors.ts'
import type { PublisherPaths } from './data-folder.ts'
import { syncDir, writeDurably } from './exclusive-file.ts'

/** moved.json in a project's folder: from here nothing is published, served or granted any more. */
export interface Tombstone {
  readonly format: 1
  /** Milliseconds since 1970 when the project was first exported from here. */
  readonly at: number
  /** The file that it was written to, on this machine. */
  readonly file: string
}

/** Leaves it, on the disk before it returns. The first one stays. */
export function leaveTombstone({ dir, tombstonePath }: PublisherPaths, tombstone: Tombstone): void {
  if (readTombstone(tombstonePath) !== undefined) return
  // One that cannot be read was cut off while it was written: no file has its name yet.
  rmSync(tombstonePath, { force: true })
  writeDurably(tombstonePath, Buffer.from(`${JSON.stringify(tombstone)}\n`))
  syncDir(dir)
}

/** Throws `project-moved` in a folder that a project was moved away from: two writers would fork its feeds. */
export function refuseMoved({ dir, tombstonePath }: PublisherPaths): void {
  const moved = readTombstone(tombstonePath)
  if (moved === undefined) return
  const when = new Date(moved.at).toISOString()
  throw new PowerswarmError(
    'project-moved',
    `The project in ${dir} was moved away on ${when}, by ${moved.file}: import that file where it is to go on. Nothing may be written from here any more`,
    { details: { at: moved.at, file: moved.file } },
  )
}

function readTombstone(path: string): Tombstone | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Tombstone
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw new PowerswarmError('file-unreadable', `Cannot read ${path}`, { cause: error })
  }
}
