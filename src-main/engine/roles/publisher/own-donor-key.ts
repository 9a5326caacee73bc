import type { DonorKey, Hex32 } from '../../../domain/ids.ts'
import type { PublisherComponents } from './components.ts'

/** The publisher's own verify cores vote under the project's key. They are never granted credit. */
export function ownDonorKey({ cores }: Pick<PublisherComponents, 'cores'>): DonorKey {
  return cores.projectKey as Hex32 as DonorKey
}
