import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import type { Clock } from '../../../domain/clock.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log, SavedUnit, SnapshotStore, SnapshotSubject, Timers } from '../../ports.ts'
import { writeInPlaceOf } from './durable-write.ts'
import {
  compressedPart,
  encodeHeader,
  mismatch,
  parseHeader,
  unusable,
  type SnapshotReader,
} from './snapshot-file.ts'
import { firstBytes, snapshotFiles, snapshotName, wholeFile, type FoundFile } from './snapshot-folder.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export interface SnapshotStoreInit {
  /** An existing folder, for this user alone; nobody else writes into it. */
  readonly dir: string
  readonly reader: SnapshotReader
  readonly clock: Pick<Clock, 'now'>
  readonly timers: Pick<Timers, 'after'>
  readonly log: Log
  /** Tests lower it. */
  readonly totalBytes?: number
}

/** Snapshots as files in one folder; snapshot-file.ts says what is in them. */
export function createSnapshotStore(init: SnapshotStoreInit): SnapshotStore {
  return new SnapshotFolder(init)
}

/** A write under way. */
interface Write {
  /** Of its file; 0 while that is not known. */
  bytes: number
}

class SnapshotFolder implements SnapshotStore {
  readonly #init: SnapshotStoreInit
  /** The latest write of each file; a drop takes it out, and then it comes to nothing. */
  readonly #writing = new Map<string, Write>()
  readonly #saves = new Set<Promise<unknown>>()
  /** Numbers of the files that were written since the start, in their order: clocks jump. */
  readonly #written = new Map<string, number>()
  #closed = false
  #graceIsOver = false
  #writes = 0

  constructor(init: SnapshotStoreInit) {
    this.#init = init
  }

  async save(subject: SnapshotSubject, saved: SavedUnit): Promise<void> {
    const work = this.#write(this.#pathOf(subject), subject, saved)
    this.#saves.add(work)
    try {
      await work
    } finally {
      this.#saves.delete(work)
    }
  }

  async load(subject: SnapshotSubject): Promise<SavedUnit | undefined> {
    const path = this.#pathOf(subject)
    try {
      const file = await wholeFile(path)
      if (!file) return undefined
      const header = parseHeader(file)
      const fault = mismatch(header, subject, this.#init.reader)
      if (fault !== undefined) throw unusable(fault)
      const bytes = await unpacked(await compressedPart(file, header), header.snapshotBytes)
      const { fuel, fraction, computedMs } = header
      return { bytes, fuel, computedMs, ...(fraction === undefined ? {} : { fraction }) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // A file that cannot be read just now may be a good one.
      if (errorCode(error) === 'snapshot-unusable') this.#dropWith(reason, path)
      else this.#init.log('warn', 'snapshot-not-read', { snapshot: basename(path), reason })
      return undefined
    }
  }

  drop(projectKey: SnapshotSubject['projectKey'], unit: SnapshotSubject['unit']): void {
    this.#remove(this.#pathOf({ projectKey, unit }))
  }

  dropProject(projectKey: SnapshotSubject['projectKey']): void {
    const isOfProject = (path: string): boolean => basename(path).startsWith(`${projectKey}-`)
    for (const path of this.#writing.keys()) if (isOfProject(path)) this.#writing.delete(path)
    for (const { path } of this.#files()) if (isOfProject(path)) this.#remove(path)
  }

  sweep(isLeased: Parameters<SnapshotStore['sweep']>[0]): void {
    for (const file of this.#files()) {
      const fault = this.#faultOf(file, isLeased)
      if (fault !== undefined) this.#dropWith(fault, file.path)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const cancel = this.#init.timers.after(LIMITS.snapshotCloseMs, () => (this.#graceIsOver = true))
    await Promise.allSettled(this.#saves)
    cancel()
  }

  async #write(path: string, subject: SnapshotSubject, { bytes, ...progress }: SavedUnit): Promise<void> {
    if (bytes.byteLength > LIMITS.snapshotBytes)
      throw new PowerswarmError('limit-exceeded', 'A snapshot is larger than it may be')
    const write: Write = { bytes: 0 }
    this.#writing.set(path, write)
    try {
      await this.#compressAndWrite(path, subject, { bytes, ...progress }, write)
    } finally {
      if (this.#writing.get(path) === write) this.#writing.delete(path)
    }
  }

  async #compressAndWrite(
    path: string,
    subject: SnapshotSubject,
    { bytes, ...progress }: SavedUnit,
    write: Write,
  ): Promise<void> {
    const isLatest = (): boolean => this.#writing.get(path) === write
    // The fastest level: a unit's memory is mostly zeros and repetition, and a save must not cost computing.
    const compressed = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    const lengths = { snapshotBytes: bytes.byteLength, compressedBytes: compressed.byteLength }
    const savedAt = this.#init.clock.now()
    const header = await encodeHeader(
      { ...subject, ...this.#init.reader, ...progress, ...lengths, savedAt },
      compressed,
    )
    if (this.#closed || !isLatest()) return
    write.bytes = header.byteLength + compressed.byteLength
    this.#makeRoom(path, write.bytes)
    await writeInPlaceOf(path, [header, compressed], () => !this.#graceIsOver && isLatest())
    if (isLatest()) this.#written.set(path, ++this.#writes)
  }

  /**
   * Drops the oldest until a file of this size fits beside the others. A file that is being written counts as what it will
   * be, once, and is newer than all that are not.
   */
  #makeRoom(path: string, bytes: number): void {
    const { totalBytes = LIMITS.snapshotsBytes } = this.#init
    const coming = [...this.#writing].filter(([other, write]) => other !== path && write.bytes > 0)
    let held = coming.reduce((sum, [, write]) => sum + write.bytes, 0)
    if (held + bytes > totalBytes)
      throw new PowerswarmError('limit-exceeded', 'A snapshot is larger than all may be')
    const isComing = new Set([path, ...coming.map(([other]) => other)])
    const others = this.#files().filter((file) => file.of && !isComing.has(file.path))
    held += others.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of others.sort((a, b) => this.#age(a, b))) {
      if (held + bytes <= totalBytes) return
      this.#dropWith('the snapshots together are too large', file.path)
      held -= file.bytes
    }
  }

  /** The older one first. Times of files are compared with each other alone, never with a clock. */
  #age(a: FoundFile, b: FoundFile): number {
    const [writtenA, writtenB] = [a, b].map(({ path }) => this.#written.get(path) ?? 0) as [number, number]
    return writtenA - writtenB || a.modifiedMs - b.modifiedMs
  }

  /** Why a start drops a file; only headers are read. */
  #faultOf({ path, of }: FoundFile, isLeased: Parameters<SnapshotStore['sweep']>[0]): string | undefined {
    if (!of) return 'it was not finished'
    if (!isLeased(of.projectKey, of.unit)) return 'its unit is not leased here any more'
    try {
      return mismatch(parseHeader(firstBytes(path)), of, this.#init.reader)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #files(): readonly FoundFile[] {
    try {
      return snapshotFiles(this.#init.dir)
    } catch (error) {
      this.#init.log('warn', 'snapshots-unreadable', { message: String(error) })
      return []
    }
  }

  #dropWith(reason: string, path: string): void {
    this.#init.log('warn', 'snapshot-dropped', { snapshot: basename(path), reason })
    this.#remove(path)
  }

  /** A file that cannot be removed is of no use to anybody, and is tried again at the next start. */
  #remove(path: string): void {
    this.#writing.delete(path)
    this.#written.delete(path)
    try {
      rmSync(path, { force: true })
    } catch (error) {
      this.#init.log('warn', 'snapshot-not-removed', { snapshot: basename(path), message: String(error) })
    }
  }

  #pathOf({ projectKey, unit }: Pick<SnapshotSubject, 'projectKey' | 'unit'>): string {
    return join(this.#init.dir, snapshotName(projectKey, unit))
  }
}

async function unpacked(compressed: Uint8Array, bytes: number): Promise<Uint8Array> {
  try {
    const snapshot = await decompress(compressed, { maxOutputLength: Math.max(bytes, 1) })
    // The same bytes, plain.
    if (snapshot.byteLength === bytes) return new Uint8Array(snapshot.buffer, snapshot.byteOffset, bytes)
  } catch (error) {
    throw unusable('it cannot be unpacked', error)
  }
  throw unusable('it has another length than it says')
}
