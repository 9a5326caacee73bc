import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hex32, type ModuleHash } from '../../../domain/ids.ts'
import type { HostInfo } from '../../ports.ts'

/** This machine, as Node sees it. `coresOnline` obeys CPU affinity and changes with it. */
export const hostInfo: HostInfo = {
  coresOnline: () => availableParallelism(),
  moduleHash: (bytes) => hex32<ModuleHash>(createHash('sha256').update(bytes).digest('hex')),
}
