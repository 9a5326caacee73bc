import { PowerswarmError } from '../domain/errors.ts'
import { projectFolderName, projectFolders } from '../engine/create-engine.ts'

/**
 * The folder name of the project that a command means: the one that was named, else the only one.
 * Throws `not-found`, or `bad-argument` when there are several to choose from.
 */
export function chooseProject(homeDir: string, name: string | undefined): string {
  const folders = projectFolders(homeDir)
  if (name !== undefined) {
    const folder = projectFolderName(name)
    if (folders.includes(folder)) return folder
    throw new PowerswarmError('not-found', `There is no project '${name}' in ${homeDir}${named(folders)}`)
  }
  const [only, another] = folders
  if (only === undefined)
    throw new PowerswarmError(
      'not-found',
      `There is no project in ${homeDir}; 'powerswarm project create' makes one`,
    )
  if (another !== undefined)
    throw new PowerswarmError('bad-argument', `Choose a project with --project${named(folders)}`)
  return only
}

function named(folders: readonly string[]): string {
  return folders.length === 0 ? '' : `; there is ${folders.join(', ')}`
}
