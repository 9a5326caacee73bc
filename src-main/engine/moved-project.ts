import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { PowerswarmError } from '../domain/errors.ts'
import type { PublisherPaths } from './data-folder.ts'
import { placeExclusively, syncDir, writeDurably } from './exclusive-file.ts'

/**
 * moved.json in a project's folder: from here nothing is published, served or granted any more. That it is there counts,
 * whatever it says.
 */
export interface Tombstone {
  readonly format: 1
  /** Milliseconds since 1970 when the project was first exported from here. */
  readonly at: number
  /** The file that it was written to, on this machine. */
  readonly file: string
}

/** Leaves it, whole and on the disk before it returns. The first one stays. */
export function leaveTombstone({ dir, tombstonePath }: PublisherPaths, tombstone: Tombstone): void {
  const unfinished = `${tombstonePath}.${randomBytes(8).toString('hex')}.new`
  try {
    writeDurably(unfinished, Buffer.from(`${JSON.stringify(tombstone)}\n`))
    placeExclusively(unfinished, tombstonePath)
    syncDir(dir)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** Throws `project-moved` in a folder that a project was moved away from: two writers would fork its feeds. */
export function refuseMoved({ dir, tombstonePath }: PublisherPaths): void {
  const text = read(tombstonePath)
  if (text === undefined) return
  const moved = parseTombstone(text)
  const how = moved ? ` on ${new Date(moved.at).toISOString()}, by ${moved.file}` : ''
  throw new PowerswarmError(
    'project-moved',
    `The project in ${dir} was moved away${how}: import the exported file where it is to go on. Nothing may be written from here any more`,
  )
}

/** Undefined for anything but a tombstone of this version. */
export function parseTombstone(text: string): Tombstone | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { format, at, file } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (format !== 1 || typeof at !== 'number' || typeof file !== 'string') return undefined
  return Number.isNaN(new Date(at).getTime()) ? undefined : { format, at, file }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new PowerswarmError('file-unreadable', `Cannot read ${path}`, { cause })
  }
}
