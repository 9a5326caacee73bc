import { copyFileSync, chmodSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { realClock } from './adapters/host/real-time.ts'
import {
  backupFiles,
  backupName,
  unfinishedBackups,
  wholeBackups,
  type BackupFiles,
  type BackupNote,
} from './backup-folder.ts'
import { makePrivateDir, type PublisherPaths } from './data-folder.ts'
import { writeDurably } from './exclusive-file.ts'
import type { Log, PublisherStore } from './ports.ts'

export interface BackupSource {
  readonly store: PublisherStore
  readonly paths: PublisherPaths
  /** The project's folder name. */
  readonly project: string
}

/** A backup that is not whole after so long was interrupted. */
const LEFT_OVER_MS = 24 * 60 * 60 * 1000

/** Copies the project as it is now into this backup folder. Answers the backup's own folder. Throws `file-unreadable`. */
export async function backUp(source: BackupSource, dir: string): Promise<string> {
  const { files, note } = begin(source, dir, 'moment')
  try {
    await source.store.backup(files.databasePath)
  } catch (error) {
    throw giveUp(files, error)
  }
  return finish(source, files, note)
}

/**
 * Copies the project into this backup folder and keeps the copy up to date until the store is closed: what a donor was
 * acknowledged is in both. Throws `file-unreadable`; a later failure ends it and is logged.
 */
export function backUpContinuously(source: BackupSource, dir: string, log: Log): string {
  const { files, note } = begin(source, dir, 'continuous')
  try {
    source.store.replicate(files.databasePath, (error) => {
      log('error', 'backup-ended', { dir: files.dir, why: String(error) })
    })
  } catch (error) {
    throw giveUp(files, error)
  }
  return finish(source, files, note)
}

function begin(
  { project }: BackupSource,
  dir: string,
  kind: BackupNote['kind'],
): { readonly files: BackupFiles; readonly note: BackupNote } {
  const at = realClock.now()
  const files = backupFiles(join(dir, project, backupName(at)))
  makePrivateDir(files.dir)
  const before = backupName(at - LEFT_OVER_MS)
  for (const old of unfinishedBackups(dirname(files.dir)))
    if (basename(old) < before) rmSync(old, { recursive: true, force: true })
  return { files, note: { format: 1, project, kind, at } }
}

/** The key, then the note that makes it whole; then earlier backups of the project go. */
function finish({ paths }: BackupSource, files: BackupFiles, note: BackupNote): string {
  try {
    copyFileSync(paths.keyPath, files.keyPath)
    chmodSync(files.keyPath, 0o600)
    writeDurably(files.notePath, Buffer.from(`${JSON.stringify(note)}\n`))
  } catch (error) {
    throw giveUp(files, error)
  }
  for (const old of wholeBackups(dirname(files.dir)))
    if (old !== files.dir) rmSync(old, { recursive: true, force: true })
  return files.dir
}

function giveUp({ dir }: BackupFiles, cause: unknown): PowerswarmError {
  rmSync(dir, { recursive: true, force: true })
  const { code, message } = cause as NodeJS.ErrnoException
  return new PowerswarmError('file-unreadable', `Cannot write a backup to ${dir} (${code ?? message})`, {
    cause,
  })
}
