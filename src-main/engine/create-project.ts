import { existsSync, renameSync, rmSync } from 'node:fs'
import { formatLink } from '../contracts/wire/link.ts'
import { checkDisplayText } from '../domain/display-text.ts'
import { PowerswarmError } from '../domain/errors.ts'
import type { ProjectKey } from '../domain/ids.ts'
import { LIMITS } from '../domain/limits.ts'
import { boxPublicKey } from './adapters/hyper/keys.ts'
import { openPublisherCores } from './adapters/hyper/publisher-cores.ts'
import { realClock } from './adapters/host/real-time.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { projectFolderName, publisherDir, publisherPaths, publishersDir } from './data-folder.ts'
import { readOrCreateKey } from './keys-file.ts'
import { PUBLISH_RESULTS_SETTING } from './roles/publisher/findings.ts'
import { saveNetworkChoice, type NetworkChoice } from './project-settings.ts'
import { makeUnfinishedDir } from './unfinished-dir.ts'

export interface NewProject extends NetworkChoice {
  /** Everybody may see what is found, as far as it is short; for good. */
  readonly publishResults?: boolean
  readonly homeDir: string
  readonly name: string
  readonly purpose: string
}

export interface CreatedProject {
  readonly projectKey: ProjectKey
  readonly link: string
  readonly dir: string
}

/**
 * Makes a project: its key, its store, and a project core that begins with the manifest and the first ledger. It is
 * built in a hidden folder and gets its name when it is whole, so there is never half a project.
 * Throws `bad-argument`, `already-exists`, and what the disk says.
 */
export async function createProject(project: NewProject): Promise<CreatedProject> {
  checkDisplayText('The name of the project', project.name, LIMITS.projectNameChars)
  checkDisplayText('The purpose of the project', project.purpose, LIMITS.projectPurposeChars)
  const dir = publisherDir(project.homeDir, projectFolderName(project.name))
  if (existsSync(dir)) throw alreadyThere(project.name, dir)
  const unfinishedDir = makeUnfinishedDir(publishersDir(project.homeDir))
  try {
    const projectKey = await build(unfinishedDir, project)
    giveName(unfinishedDir, dir, project.name)
    return { projectKey, link: linkOf(projectKey, project), dir }
  } finally {
    rmSync(unfinishedDir, { recursive: true, force: true })
  }
}

/** The canonical link of a project. */
export function linkOf(projectKey: ProjectKey, { bootstrap, relay }: NetworkChoice): string {
  return formatLink({
    projectKey,
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(relay === undefined ? {} : { relay }),
  })
}

async function build(dir: string, project: NewProject): Promise<ProjectKey> {
  const { name, purpose } = project
  const paths = publisherPaths(dir)
  const seed = readOrCreateKey(paths.keyPath)
  const store = openPublisherStore(paths.databasePath)
  try {
    saveNetworkChoice(store, project)
    if (project.publishResults === true) store.setSetting(PUBLISH_RESULTS_SETTING, 'yes')
    const cores = await openPublisherCores({ dir: paths.coresDir, seed, journal: store })
    try {
      await cores.appendProject([
        { type: 'project', name, purpose, boxKey: boxPublicKey(seed), createdAt: realClock.now() },
        { type: 'core', role: 'ledger', epoch: cores.epoch, key: cores.ledgerKey },
      ])
      return cores.projectKey
    } finally {
      await cores.close()
    }
  } finally {
    store.close()
  }
}

function giveName(unfinishedDir: string, dir: string, name: string): void {
  try {
    renameSync(unfinishedDir, dir)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // Somebody made one of the same name in the meantime.
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || existsSync(dir)) throw alreadyThere(name, dir)
    throw cause
  }
}

function alreadyThere(name: string, dir: string): PowerswarmError {
  return new PowerswarmError('already-exists', `There is a project '${name}' already, in ${dir}`)
}
