import { PowerswarmError } from '../../../domain/errors.ts'
import type { App } from '../../../domain/project.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'

/**
 * The app of this name or number with this memory limit. How much memory units may use is the app's: where there is none
 * yet, the same module is published once more, and is found only this way or by its number. Rejects with `not-found`, and as {@link Catalogue.addApp} does.
 */
export async function appWithMemory(
  { store }: Pick<PublisherComponents, 'store'>,
  catalogue: Catalogue,
  nameOrNumber: string,
  memoryLimitBytes: number,
): Promise<App> {
  const given = catalogue.find(nameOrNumber)
  const same = (): App | undefined =>
    catalogue.apps.findLast(
      ({ name, moduleHash, checkpoint, ...app }) =>
        name === given.name &&
        moduleHash === given.moduleHash &&
        checkpoint === given.checkpoint &&
        app.memoryLimitBytes === memoryLimitBytes,
    )
  const found = same()
  if (found) return found
  const original = store.originalModule(given.app)
  if (!original) throw new PowerswarmError('not-found', `The module of app '${given.name}' is lost`)
  const checkpoint = given.checkpoint === true
  await catalogue.addApp({ name: given.name, original, memoryLimitBytes, checkpoint }, true)
  return same() ?? given
}
