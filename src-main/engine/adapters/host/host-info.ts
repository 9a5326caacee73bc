import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hex32, type ModuleHash } from '../../../domain/ids.ts'
import type { HostInfo } from '../../ports.ts'

/** This machine, as Node sees it. `coresOnline` obeys CPU affinity and changes with it. */
export const hostInfo: HostInfo = {
  coresOnline: () => availableParallelism(),
  localDay: (at) => {
    const date = new Date(at)
    const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
    return `${String(date.getFullYear())}-${month ?? ''}-${day ?? ''}`
  },
  moduleHash: (bytes) => hex32<ModuleHash>(createHash('sha256').update(bytes).digest('hex')),
}
