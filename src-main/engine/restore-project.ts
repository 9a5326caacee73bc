import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { PowerswarmError } from '../domain/errors.ts'
import { openPublisherCores } from './adapters/hyper/publisher-cores.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { newestBackup, readNote, type BackupNote } from './backup-folder.ts'
import { linkOf } from './create-project.ts'
import { publisherDir, publisherPaths, publishersDir, type PublisherPaths } from './data-folder.ts'
import { readKey } from './keys-file.ts'
import { readNetworkChoice } from './project-settings.ts'
import { RESULTS_EPOCH_SETTING } from './roles/publisher/findings.ts'
import { putBackSetting, RESTORED_SETTING } from './roles/publisher/restored.ts'
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
  // Before the work, too: it may take a while.
  refuseExisting(publisherDir(init.homeDir, backup.project))
  const restored = await inNewFolder(init.homeDir, async (paths) => {
    copyFileSync(files.keyPath, paths.keyPath)
    for (const ending of ['', '-wal'])
      if (existsSync(files.databasePath + ending))
        copyFileSync(files.databasePath + ending, paths.databasePath + ending)
    return { ...(await putBack(paths, 'backup', init.newest)), folder: backup.project }
  })
  return { ...restored, backup }
}

/** What {@link putBack} knows of a project. */
export interface PutBack {
  readonly name: string
  readonly link: string
}

/**
 * Builds a project in a hidden folder beside the others; it gets its name, the folder that `build` answers, when it is
 * whole. Throws `already-exists`, and what `build` throws; then nothing is left behind.
 */
export async function inNewFolder(
  homeDir: string,
  build: (paths: PublisherPaths) => Promise<PutBack & { readonly folder: string }>,
): Promise<PutBack & { readonly dir: string }> {
  const unfinishedDir = makeUnfinishedDir(publishersDir(homeDir))
  try {
    const { folder, ...project } = await build(publisherPaths(unfinishedDir))
    const dir = publisherDir(homeDir, folder)
    refuseExisting(dir)
    renameSync(unfinishedDir, dir)
    return { ...project, dir }
  } finally {
    rmSync(unfinishedDir, { recursive: true, force: true })
  }
}

/** Makes the cores of a project whose key and database lie at `paths`. Unless it is the `newest` state, it waits. */
export async function putBack(
  paths: PublisherPaths,
  from: 'backup' | 'export',
  newest: boolean,
): Promise<PutBack> {
  const seed = readKey(paths.keyPath)
  if (!seed) throw new PowerswarmError('file-not-found', 'The backup has no key')
  const store = openPublisherStore(paths.databasePath)
  try {
    store.transact(() => {
      const before = store.setting(RESTORED_SETTING)
      store.setSetting(RESTORED_SETTING, putBackSetting(before, from, newest))
      if (!newest) {
        store.nextLedger()
        // What was published after the backup is not in its journal: another core goes on.
        const results = Number(store.setting(RESULTS_EPOCH_SETTING) ?? 0)
        store.setSetting(RESULTS_EPOCH_SETTING, String(results + 1))
      }
    })
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

function refuseExisting(dir: string): void {
  if (existsSync(dir))
    throw new PowerswarmError(
      'already-exists',
      `There is a project in ${dir} already; move it away before another is put there`,
    )
}
