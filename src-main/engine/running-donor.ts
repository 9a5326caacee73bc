import { donorPaths } from './data-folder.ts'
import { engineLockHolder, type LockHolder } from './engine-lock.ts'

/** The process whose donor runs in this home; undefined when none does. */
export function runningDonor(homeDir: string): LockHolder | undefined {
  return engineLockHolder(donorPaths(homeDir).lockPath)
}
