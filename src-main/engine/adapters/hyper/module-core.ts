import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import type { Download } from 'hypercore'
import { hash } from 'hypercore-crypto'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, type ModuleHash } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { App } from '../../../domain/project.ts'
import type { Timers } from '../../ports.ts'

/** An original module in a static core: its key is the hash of its content, nobody signs it, anyone may seed it. */

const CHUNK = LIMITS.moduleChunkBytes
/** Fewer bytes than this in `moduleStallMs` are no progress. */
const LEAST_BYTES = (LIMITS.uplinkBytesPerSecond * LIMITS.moduleStallMs) / 1000

/** Same bytes, same key, whoever does it and however often. */
export async function createModuleCore(store: Corestore, original: Uint8Array): Promise<Hypercore> {
  // Only a writable core takes blocks; its blocks then become the static core's.
  const scratch = store.get({ name: `module ${bytesToHex(hash([original]))}` })
  await scratch.ready()
  if (scratch.length === 0) {
    const chunks: Uint8Array[] = []
    for (let at = 0; at < original.byteLength; at += CHUNK) chunks.push(original.subarray(at, at + CHUNK))
    await scratch.append(chunks)
  }
  const core = await store.staticify(scratch)
  await scratch.close()
  return core
}

export interface ModuleFetch {
  readonly core: Hypercore
  readonly app: App
  readonly timers: Timers
  moduleHash(bytes: Uint8Array): ModuleHash
  /** Called before bytes are asked for, so that their arrival does not count as a flood. */
  expect(bytes: number): void
  /** A chunk was asked for and has not come for `LIMITS.publisherFallbackMs`. */
  onWaiting(): void
  /** Bytes that ever came from anybody who may deliver: a large chunk on a slow line is no stall. */
  received(): number
  /** Aborts the fetch with its reason. */
  readonly signal: AbortSignal
}

/**
 * Downloads the chunks of an app's module from whoever has them and checks length and hash. Waits for a peer that has
 * it; rejects with `not-connected` after `LIMITS.moduleStallMs` without progress, and with `module-hash-mismatch`
 * when the core holds something else: then nobody will ever deliver the right one under this key.
 */
export async function fetchModule(fetch: ModuleFetch): Promise<Uint8Array> {
  const { core, app } = fetch
  const chunks = Math.ceil(app.moduleBytes / CHUNK)
  await core.ready()
  fetch.expect(2 * app.moduleBytes)
  const module = new Uint8Array(app.moduleBytes)
  let rest: Download | undefined
  try {
    for (let index = 0; index < chunks; index++) {
      const at = index * CHUNK
      const expected = Math.min(CHUNK, app.moduleBytes - at)
      const chunk = await orStall(core.get(index), fetch)
      // The length is known once a first proof came; a longer core is refused before more of it is fetched.
      if (core.length !== chunks || core.byteLength !== app.moduleBytes || chunk.byteLength !== expected)
        throw mismatch(
          app,
          `its core has ${String(core.byteLength)} bytes instead of ${String(app.moduleBytes)}`,
        )
      module.set(chunk, at)
      // The others then come from several peers at a time.
      rest ??= core.download({ start: 1, end: chunks, linear: true })
    }
  } finally {
    rest?.destroy()
  }
  if (fetch.moduleHash(module) !== app.moduleHash) throw mismatch(app, 'its bytes have another hash')
  return module
}

function mismatch(app: App, why: string): PowerswarmError {
  return new PowerswarmError(
    'module-hash-mismatch',
    `The module of '${app.name}' is not the announced one: ${why}`,
  )
}

function orStall(chunk: Promise<Uint8Array>, fetch: ModuleFetch): Promise<Uint8Array> {
  const { timers, signal, app } = fetch
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      finish(() => reject(notConnected(app)))
    }
    let received = fetch.received()
    const cancels = [
      timers.every(LIMITS.moduleStallMs, () => {
        const before = received
        received = fetch.received()
        if (received - before < LEAST_BYTES) abort()
      }),
      timers.after(LIMITS.publisherFallbackMs, () => fetch.onWaiting()),
    ]
    const finish = (settle: () => void): void => {
      for (const cancel of cancels) cancel()
      signal.removeEventListener('abort', abort)
      settle()
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    chunk.then(
      (bytes) => finish(() => resolve(bytes)),
      (error: unknown) => finish(() => reject(notConnected(app, error))),
    )
  })
}

function notConnected(app: App, cause?: unknown): PowerswarmError {
  return new PowerswarmError('not-connected', `Nobody who has the module of '${app.name}' can be reached`, {
    cause,
  })
}
