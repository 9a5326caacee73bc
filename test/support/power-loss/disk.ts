import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './random.ts'

const COPY_ATTEMPTS = 5

/** Where a publisher's files lie. */
export interface Disk {
  readonly dir: string
  readonly coresDir: string
  readonly databasePath: string
}

export function diskAt(dir: string): Disk {
  mkdirSync(dir, { recursive: true })
  return { dir, coresDir: join(dir, 'cores'), databasePath: join(dir, 'publisher.sqlite') }
}

/** What a power cut would leave if nothing were lost: a copy while nothing is being written. */
export function imageOf(disk: Disk, dir: string): Disk {
  const image = diskAt(dir)
  copyCores(disk, image)
  copyDatabase(disk, image)
  return image
}

export function copyDatabase(from: Disk, to: Disk): void {
  for (const ending of ['', '-wal', '-shm']) {
    rmSync(to.databasePath + ending, { force: true })
    // The shared memory is made again from the log.
    if (ending !== '-shm' && existsSync(from.databasePath + ending))
      cpSync(from.databasePath + ending, to.databasePath + ending)
  }
}

/** Without the file that ties a store to its place: what a disk looks like after the power is back. */
export function copyCores(from: Disk, to: Disk): void {
  for (let attempt = 1; ; attempt++)
    try {
      rmSync(to.coresDir, { recursive: true, force: true })
      if (existsSync(from.coresDir)) cpSync(from.coresDir, to.coresDir, { recursive: true })
      break
    } catch (error) {
      // The store drops old logs by itself, perhaps while they are copied.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === COPY_ATTEMPTS) throw error
    }
  rmSync(join(to.coresDir, 'CORESTORE'), { force: true })
}

/** Cuts the store's newest log anywhere: what was not flushed is lost from there on. Answers how many bytes went. */
export function loseTail({ coresDir }: Disk, random: Random): number {
  const dbDir = join(coresDir, 'db')
  const logs = readdirSync(dbDir).filter((name) => /^\d+\.log$/.test(name))
  const last = logs.sort((a, b) => Number.parseInt(a) - Number.parseInt(b)).at(-1)
  if (last === undefined) return 0
  const { size } = statSync(join(dbDir, last))
  const keep = random.next(size + 1)
  truncateSync(join(dbDir, last), keep)
  return size - keep
}

export function loseCores({ coresDir }: Disk): void {
  rmSync(coresDir, { recursive: true, force: true })
}
