import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { openPublisherCores } from './adapters/hyper/publisher-cores.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { newestBackup, readNote, type BackupFiles, type BackupNote } from './backup-folder.ts'
import { linkOf } from './create-project.ts'
import { publisherDir, publisherPaths } from './data-folder.ts'
import { readKey } from './keys-file.ts'
import { readNetworkChoice } from './project-settings.ts'
import { RESTORED_SETTING } from './roles/publisher/restored.ts'
import { makeUnfinishedDir } from './unfinished-dir.ts'

export interface RestoreInit {
  readonly homeDir: string
  readonly backupDir: string
  /** Which of several projects in the backup folder. */
  readonly project?: string
  /** Nothing was published or granted after the backup: go on at once, in the same ledger. */
  readonly newest: boolean
}

export interface RestoredProject {
  readonly name: string
  readonly link: string
  readonly dir: string
  readonly backup: BackupNote
}

/**
 * Puts a project back from its newest backup, cores and all. Unless it is the newest state for sure, the project then
 * waits until a donor confirms that nothing is missing, and goes on in a ledger of a new epoch, so that a backup that
 * is older than was thought forks nothing. Throws `already-exists`, `not-found`, and what store and cores refuse;
 * nothing is left behind after a failure.
 */
export async function restoreProject(init: RestoreInit): Promise<RestoredProject> {
  const files = newestBackup(init.backupDir, init.project)
  const backup = readNote(files)
  const dir = publisherDir(init.homeDir, backup.project)
  if (existsSync(dir))
    throw new PowerswarmError(
      'already-exists',
      `There is a project in ${dir} already; move it away before another is restored there`,
    )
  const unfinishedDir = makeUnfinishedDir(dirname(dir))
  try {
    const restored = await build(unfinishedDir, files, init.newest)
    renameSync(unfinishedDir, dir)
    return { ...restored, dir, backup }
  } finally {
    rmSync(unfinishedDir, { recursive: true, force: true })
  }
}

async function build(
  dir: string,
  files: BackupFiles,
  newest: boolean,
): Promise<{ readonly name: string; readonly link: string }> {
  const paths = publisherPaths(dir)
  copyFileSync(files.keyPath, paths.keyPath)
  for (const ending of ['', '-wal'])
    if (existsSync(files.databasePath + ending))
      copyFileSync(files.databasePath + ending, paths.databasePath + ending)
  const seed = readKey(paths.keyPath)
  if (!seed) throw new PowerswarmError('file-not-found', `The backup has no key ${files.keyPath}`)
  const store = openPublisherStore(paths.databasePath)
  try {
    if (!newest) {
      store.transact(() => {
        store.nextLedger()
        store.setSetting(RESTORED_SETTING, 'yes')
      })
    }
    const cores = await openPublisherCores({
      dir: paths.coresDir,
      seed,
      journal: store,
      epoch: store.ledgerEpoch(),
    })
    try {
      const manifest = (await cores.projectRecords()).find((record) => record.type === 'project')
      return { name: manifest?.name ?? '', link: linkOf(cores.projectKey, readNetworkChoice(store)) }
    } finally {
      await cores.close()
    }
  } finally {
    store.close()
  }
}
