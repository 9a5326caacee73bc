import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { PowerswarmError } from '../domain/errors.ts'
import { placeExclusively, writeDurably } from './exclusive-file.ts'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/**
 * One process per engine folder. The lock is a file that names its holder; a holder that was killed leaves it behind
 * and the next start takes it over.
 *
 * Taking over has to be safe against others who do the same. Every lock carries a random token, and whoever wants to
 * follow the dead holder of token T first places `<lock>.after-T`, which only one can. Invariants:
 * - a lock whose holder is dead is replaced only by the process at the end of its chain of claims
 *   (T, after-T, after-that, …: a claimant may have died too), and only while the lock still carries T;
 * - tokens never come back, so a claim on a lock that is gone meanwhile is noticed by reading the lock again.
 */
export interface LockHolder extends ProcessIdentity {
  readonly token: string
  /** Where the holder answers contracts/engine; empty while it does not listen. */
  readonly socketPath: string
}

export interface EngineLock {
  readonly holder: LockHolder
  /** Gives the folder free; twice does no harm. A lock that somebody else took over stays. */
  release(): void
}

/** Names and values for a chain of claims: the last one decides who holds the folder. */
interface Chain {
  readonly first: LockHolder
  readonly last: LockHolder
  readonly claimPaths: readonly string[]
}

/** Throws `data-folder-in-use`, with `details` of type {@link LockHolder}, when another process holds the folder. */
export function acquireEngineLock(lockPath: string, socketPath = ''): EngineLock {
  const holder: LockHolder = { ...ownIdentity(), token: randomBytes(12).toString('hex'), socketPath }
  const ownPath = `${lockPath}.${holder.token}.new`
  try {
    writeOwn(ownPath, holder)
    for (;;) {
      if (placeExclusively(ownPath, lockPath)) break
      const chain = readChain(lockPath)
      if (chain === undefined) continue
      if (isRunning(chain.last)) throw inUse(lockPath, chain.last)
      if (takeOver(lockPath, ownPath, chain)) break
    }
  } finally {
    rmSync(ownPath, { force: true })
  }
  return {
    holder,
    release: () => {
      if (readHolder(lockPath)?.token === holder.token) rmSync(lockPath, { force: true })
    },
  }
}

/** The running process that holds this folder; undefined when it is free or its holder is gone. */
export function engineLockHolder(lockPath: string): LockHolder | undefined {
  const chain = readChain(lockPath)
  return chain && isRunning(chain.last) ? chain.last : undefined
}

function takeOver(lockPath: string, ownPath: string, chain: Chain): boolean {
  const claimPath = claimPathOf(lockPath, chain.last)
  if (!placeExclusively(ownPath, claimPath)) return false
  const current = readHolder(lockPath)
  const ours = current?.token === chain.first.token
  // The rename replaces the dead lock and leaves no moment without one.
  if (ours) renameSync(ownPath, lockPath)
  rmSync(claimPath, { force: true })
  if (ours) for (const path of chain.claimPaths) rmSync(path, { force: true })
  return ours
}

function readChain(lockPath: string): Chain | undefined {
  const first = readHolder(lockPath)
  if (first === undefined) return undefined
  const claimPaths: string[] = []
  let last = first
  for (;;) {
    const claimPath = claimPathOf(lockPath, last)
    const claimant = readHolder(claimPath)
    if (claimant === undefined) return { first, last, claimPaths }
    claimPaths.push(claimPath)
    last = claimant
  }
}

function claimPathOf(lockPath: string, holder: LockHolder): string {
  return `${lockPath}.after-${holder.token}`
}

/** A file that cannot be understood names nobody who runs; its token comes from path and text, so it can be followed. */
function readHolder(path: string): LockHolder | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new PowerswarmError('file-unreadable', `Cannot read the lock file ${path}`, { cause: error })
  }
  return parseHolder(text) ?? { pid: 0, startedAt: '', token: tokenOf(`${path}\n${text}`), socketPath: '' }
}

function tokenOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

/** Undefined for what no engine wrote. */
export function parseHolder(text: string): LockHolder | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof raw !== 'object' || raw === null) return undefined
  const { pid, startedAt, token, socketPath } = raw as Record<string, unknown>
  if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof socketPath !== 'string')
    return undefined
  if (typeof token !== 'string' || !/^[0-9a-f]{24}$/.test(token)) return undefined
  return { pid, startedAt, token, socketPath }
}

function writeOwn(path: string, holder: LockHolder): void {
  try {
    writeDurably(path, Buffer.from(`${JSON.stringify(holder)}\n`))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new PowerswarmError(
      'file-unreadable',
      `Cannot write to the data folder: ${path} (${code ?? 'failed'})`,
      {
        cause: error,
      },
    )
  }
}

function inUse(lockPath: string, holder: LockHolder): PowerswarmError {
  const message = `The data folder is in use by process ${String(holder.pid)} (${lockPath})`
  return new PowerswarmError('data-folder-in-use', message, { details: { ...holder } })
}
