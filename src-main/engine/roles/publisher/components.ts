import type { Clock } from '../../../domain/clock.ts'
import type { ProjectManifest } from '../../../domain/project.ts'
import type {
  Digests,
  HostInfo,
  OpenInputs,
  Log,
  PublisherCores,
  PublisherNetwork,
  PublisherStore,
  SlotHost,
  Timers,
} from '../../ports.ts'

/** Everything the publisher role needs from outside, given by the composition root, which also closes it. */
export interface PublisherComponents {
  readonly store: PublisherStore
  readonly cores: PublisherCores
  /** Loads modules to check them, and runs units for the verify cores. Opened only when needed. */
  readonly slotHost: SlotHost
  readonly digests: Digests
  readonly host: Pick<HostInfo, 'moduleHash'>
  readonly openInputs: OpenInputs
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** A whole number below 2^32 that no donor can foresee. */
  randomWord(): number
}

export interface PublisherInit {
  /** Shown in the status. */
  readonly link: string
  /** Version that new apps are rewritten by. */
  readonly rewriterVersion: number
  /** What a new project starts with; ignored once the project core has a manifest. */
  readonly manifest?: ProjectManifest
}

export interface ServeInit {
  readonly network: PublisherNetwork
  /** Own slots that recompute units which have a vote and want another; 0 = none. */
  readonly verifyCores: number
}
