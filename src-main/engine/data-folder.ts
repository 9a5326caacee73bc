import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'

/**
 * Who owns which file under a home folder:
 *
 *   donor/                engine.lock  donor.sqlite  cores/  snapshots/  donor.key  device.key
 *   publisher/<project>/  engine.lock  publisher.sqlite  cores/  publisher.key  moved.json
 *   logs/
 *
 * One engine process per folder (engine-lock.ts). Folders are 0700, key files 0600.
 */
export interface DonorPaths {
  readonly dir: string
  readonly lockPath: string
  readonly databasePath: string
  readonly coresDir: string
  readonly snapshotsDir: string
  readonly donorKeyPath: string
  readonly deviceKeyPath: string
}

export interface PublisherPaths {
  readonly dir: string
  readonly lockPath: string
  readonly databasePath: string
  readonly coresDir: string
  readonly keyPath: string
  /** There when the project was moved away: see moved-project.ts. */
  readonly tombstonePath: string
}

/** What {@link defaultHomeDir} depends on; `process` has this shape. */
export interface HomeInit {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

const APP_NAME = 'Powerswarm'

/** `$POWERSWARM_HOME`, else the folder that Electron calls userData, so that app and command line share it. */
export function defaultHomeDir({ platform, env }: HomeInit = process): string {
  if (env['POWERSWARM_HOME']) return env['POWERSWARM_HOME']
  const userDir = env['HOME'] ?? homedir()
  if (platform === 'darwin') return join(userDir, 'Library', 'Application Support', APP_NAME)
  if (platform === 'win32') return join(env['APPDATA'] ?? join(userDir, 'AppData', 'Roaming'), APP_NAME)
  return join(env['XDG_CONFIG_HOME'] ? env['XDG_CONFIG_HOME'] : join(userDir, '.config'), APP_NAME)
}

export function donorPaths(homeDir: string): DonorPaths {
  const dir = join(homeDir, 'donor')
  return {
    dir,
    lockPath: join(dir, 'engine.lock'),
    databasePath: join(dir, 'donor.sqlite'),
    coresDir: join(dir, 'cores'),
    snapshotsDir: join(dir, 'snapshots'),
    donorKeyPath: join(dir, 'donor.key'),
    deviceKeyPath: join(dir, 'device.key'),
  }
}

/** `dir`: the project's folder, {@link publisherDir} or one that is being built beside it. */
export function publisherPaths(dir: string): PublisherPaths {
  return {
    dir,
    lockPath: join(dir, 'engine.lock'),
    databasePath: join(dir, 'publisher.sqlite'),
    coresDir: join(dir, 'cores'),
    keyPath: join(dir, 'publisher.key'),
    tombstonePath: join(dir, 'moved.json'),
  }
}

/** Where the folders of all projects are that are published from here. */
export function publishersDir(homeDir: string): string {
  return join(homeDir, 'publisher')
}

/** Folder of one project; `folderName` as {@link projectFolderName} makes it. */
export function publisherDir(homeDir: string, folderName: string): string {
  return join(publishersDir(homeDir), folderName)
}

export function logsDir(homeDir: string): string {
  return join(homeDir, 'logs')
}

const WINDOWS_DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/**
 * The folder name of a project: its name in lower case, everything but letters and digits turned into `-`, so that
 * a name can neither leave the folder nor differ only by case. Throws `bad-argument` when nothing is left.
 */
export function projectFolderName(projectName: string): string {
  const name = projectName
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  if (name === '')
    throw new PowerswarmError('bad-argument', `Project name '${projectName}' has no letter or digit`)
  return WINDOWS_DEVICES.test(name) ? `${name}-project` : name
}

/** Folder names of the projects under this home, sorted. Folders being built start with a dot and do not count. */
export function projectFolders(homeDir: string): string[] {
  try {
    return readdirSync(publishersDir(homeDir), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unusable(publishersDir(homeDir), error)
  }
}

/**
 * Makes missing folders one by one. Node's own recursive call never ends where a file system refuses to make folders
 * by saying that the parent does not exist, as /proc does.
 */
export function makeDirs(dir: string, mode: number): void {
  const missing: string[] = []
  for (let path = resolve(dir); !existsSync(path); path = dirname(path)) missing.push(path)
  for (const path of missing.reverse())
    try {
      mkdirSync(path, { mode })
    } catch (error) {
      // Somebody else made it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  if (!statSync(dir).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
}

/** Makes the folder and its parents where they are missing, for this user alone. Throws `file-unreadable`. */
export function makePrivateDir(dir: string): void {
  try {
    makeDirs(dir, 0o700)
  } catch (error) {
    throw unusable(dir, error)
  }
}

function unusable(path: string, cause: unknown): PowerswarmError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return new PowerswarmError('file-unreadable', `Cannot use the folder ${path} (${reason})`, { cause })
}
