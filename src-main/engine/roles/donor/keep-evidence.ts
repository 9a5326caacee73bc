import type { ProjectKey } from '../../../domain/ids.ts'
import type { DonorComponents } from './components.ts'

/**
 * Keeps evidence that a project's publisher signed two stories, once it was checked: the first about each core. What
 * was granted stays counted, since the publisher did sign it; whether to go on with the project is for the donor.
 */
export function keepEvidence(
  { store, clock, log, checkEvidence }: Pick<DonorComponents, 'store' | 'clock' | 'log' | 'checkEvidence'>,
  projectKey: ProjectKey,
  file: Uint8Array,
): void {
  const shown = checkEvidence(file, projectKey)
  if (typeof shown === 'string') {
    log('warn', 'evidence-void', { project: projectKey, why: shown })
    return
  }
  const { epoch } = shown
  if (store.addEvidence({ projectKey, epoch, file, foundAt: clock.now() }))
    log('error', 'publisher-signed-two-stories', { project: projectKey, epoch, length: shown.length })
}
