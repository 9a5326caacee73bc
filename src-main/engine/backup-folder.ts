import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { projectFolderName } from './data-folder.ts'

/**
 * A backup folder holds one folder a project, and in it one a backup, named by its time:
 *
 *   <dir>/<project>/<time>/   publisher.sqlite [publisher.sqlite-wal] publisher.key backup.json
 *
 * backup.json is written last: without it a backup is not whole. Cores are not in it; they follow from the database.
 */
export interface BackupFiles {
  readonly dir: string
  readonly databasePath: string
  readonly keyPath: string
  readonly notePath: string
}

/** backup.json. */
export interface BackupNote {
  readonly format: 1
  /** The project's folder name. */
  readonly project: string
  /** Kept up to date until the publisher stopped, or a copy of one moment. */
  readonly kind: 'continuous' | 'moment'
  /** Milliseconds since 1970 when it was begun. */
  readonly at: number
}

export function backupFiles(dir: string): BackupFiles {
  return {
    dir,
    databasePath: join(dir, 'publisher.sqlite'),
    keyPath: join(dir, 'publisher.key'),
    notePath: join(dir, 'backup.json'),
  }
}

/** A moment as a folder name that sorts by time. */
export function backupName(at: number): string {
  return new Date(at).toISOString().replace(/[:.]/g, '-')
}

const BACKUP_NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/

function isWhole(dir: string): boolean {
  return existsSync(backupFiles(dir).notePath)
}

/** Whole backups in a project's backup folder, oldest first. */
export function wholeBackups(projectDir: string): readonly string[] {
  return subfolders(projectDir).filter(isWhole)
}

/** Folders that backups were begun in and never finished, or not yet. */
export function unfinishedBackups(projectDir: string): readonly string[] {
  return subfolders(projectDir).filter((dir) => BACKUP_NAME.test(basename(dir)) && !isWhole(dir))
}

/**
 * The newest backup that a folder means: it may be the backup folder, a project's in it, or one backup. Throws
 * `not-found`, and `bad-argument` when it holds several projects and none is named.
 */
export function newestBackup(dir: string, project: string | undefined): BackupFiles {
  if (isWhole(dir)) return backupFiles(dir)
  const newest = wholeBackups(dir).at(-1)
  if (newest !== undefined) return backupFiles(newest)
  const projects = subfolders(dir).filter((sub) => wholeBackups(sub).length > 0)
  const wanted = project === undefined ? projects : projects.filter((sub) => basename(sub) === project)
  const [only, another] = wanted
  if (another !== undefined)
    throw new PowerswarmError(
      'bad-argument',
      `Choose a project with --project; ${dir} has ${projects.map((sub) => basename(sub)).join(', ')}`,
    )
  const found = only === undefined ? undefined : wholeBackups(only).at(-1)
  if (found === undefined) throw new PowerswarmError('not-found', `There is no backup in ${dir}`)
  return backupFiles(found)
}

/** Throws `file-unreadable` for a note that this version did not write. */
export function readNote({ notePath }: BackupFiles): BackupNote {
  const note = parseNote(readFileSync(notePath, 'utf8'))
  if (note) return note
  throw new PowerswarmError('file-unreadable', `${notePath} is not one of this version's backups`)
}

/** Undefined for anything but a note of this version: it comes from wherever the backup was. */
export function parseNote(text: string): BackupNote | undefined {
  const { format, project, kind, at } = (parsed(text) ?? {}) as Readonly<Record<string, unknown>>
  if (format !== 1 || typeof project !== 'string' || !isFolderName(project)) return undefined
  if (kind !== 'continuous' && kind !== 'moment') return undefined
  return isTime(at) ? { format, project, kind, at } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const DATE_MAX = 8_640_000_000_000_000

/** The name becomes a path: it may lead nowhere else. */
function isFolderName(name: string): boolean {
  return /[\p{L}\p{N}]/u.test(name) && projectFolderName(name) === name
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= DATE_MAX
}

function subfolders(dir: string): readonly string[] {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name))
    .sort()
}
