import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateDir } from './data-folder.ts'
import { isRunning } from './process-identity.ts'

/** Hidden, so that it is nobody's project; the number is that of the process that is at work in it. */
const UNFINISHED = /^\.new-(?:(\d{1,10})-)?[0-9a-f]{16}$/

/**
 * A new folder beside those that it is to join under a name of its own once it is whole. What processes that were
 * interrupted left behind is removed.
 */
export function makeUnfinishedDir(parentDir: string): string {
  makePrivateDir(parentDir)
  removeLeftOvers(parentDir)
  const dir = join(parentDir, `.new-${String(process.pid)}-${randomBytes(8).toString('hex')}`)
  makePrivateDir(dir)
  return dir
}

function removeLeftOvers(parentDir: string): void {
  for (const name of readdirSync(parentDir)) {
    const found = UNFINISHED.exec(name)
    if (found && !isRunning({ pid: Number(found[1] ?? 0), startedAt: '' }))
      rmSync(join(parentDir, name), { recursive: true, force: true })
  }
}
