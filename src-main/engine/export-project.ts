import { chmodSync, closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytesToHex, hexToBytes, isHex32 } from '../domain/ids.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { realClock } from './adapters/host/real-time.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { isFolderName } from './backup-folder.ts'
import { publisherDir, publisherPaths } from './data-folder.ts'
import { acquireEngineLock } from './engine-lock.ts'
import { placeExclusively, syncDir } from './exclusive-file.ts'
import { readKey } from './keys-file.ts'
import { leaveTombstone } from './moved-project.ts'
import type { PublisherStore } from './ports.ts'

/**
 * An exported project is one file: a copy of the project's database that carries the project's key and the name of its
 * folder, in these settings.
 */
const KEY_SETTING = 'exported-key'
const FOLDER_SETTING = 'exported-folder'

export interface ExportInit {
  readonly homeDir: string
  /** The project's folder name. */
  readonly folder: string
  /** Absolute path of the file, which must not exist. */
  readonly file: string
}

/** What an exported file carries beside the database. */
export interface Exported {
  /** 32 bytes: the seed of the project's key. */
  readonly seed: Uint8Array
  readonly folder: string
}

/**
 * Moves a project out of its folder into a file. The folder then refuses to be opened, and does so before the file has
 * its name: killed at any point, there are never two places that may write. Cut off, it is called again; a folder that
 * was exported gives the same project once more. Throws `data-folder-in-use` while the project is served,
 * `already-exists`, and what the disk says.
 */
export async function exportProject({ homeDir, folder, file }: ExportInit): Promise<void> {
  const paths = publisherPaths(publisherDir(homeDir, folder))
  if (existsSync(file)) throw thereAlready(file)
  const lock = acquireEngineLock(paths.lockPath)
  // One name a project, and its lock is held: what is there already was left by an export that was killed.
  const unfinished = `${file}.${folder}.unfinished`
  try {
    const seed = readKey(paths.keyPath)
    if (!seed) throw new PowerswarmError('file-not-found', `The project has lost its key ${paths.keyPath}`)
    await copyDatabase(paths.databasePath, unfinished)
    const copy = openPublisherStore(unfinished)
    try {
      copy.setSetting(KEY_SETTING, bytesToHex(seed))
      copy.setSetting(FOLDER_SETTING, folder)
    } finally {
      copy.close()
    }
    syncFile(unfinished)
    leaveTombstone(paths, { format: 1, at: realClock.now(), file })
    if (!placeExclusively(unfinished, file)) throw thereAlready(file)
    syncDir(dirname(file))
  } finally {
    try {
      removeUnfinished(unfinished)
    } finally {
      lock.release()
    }
  }
}

/** It may hold the key. */
function removeUnfinished(path: string): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(path + ending, { force: true })
}

/** Takes out what {@link exportProject} put in. Throws `bad-argument` for the database of a project that was not exported. */
export function takeExported(store: Pick<PublisherStore, 'setting' | 'setSetting'>, file: string): Exported {
  const [key = '', folder = ''] = [KEY_SETTING, FOLDER_SETTING].map((name) => store.setting(name))
  if (!isHex32(key) || !isFolderName(folder))
    throw new PowerswarmError(
      'bad-argument',
      `${file} is no exported project; 'powerswarm project export-key' writes one`,
    )
  store.setSetting(KEY_SETTING, '')
  store.setSetting(FOLDER_SETTING, '')
  return { seed: hexToBytes(key), folder }
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const store = openPublisherStore(from)
  try {
    removeUnfinished(to)
    // For nobody else to read, from its first byte.
    closeSync(openSync(to, 'wx', 0o600))
    await store.backup(to)
    chmodSync(to, 0o600)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new PowerswarmError('file-unreadable', `Cannot write ${to} (${code ?? message})`, { cause })
  } finally {
    store.close()
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function thereAlready(file: string): PowerswarmError {
  return new PowerswarmError('already-exists', `There is a file ${file} already`)
}
