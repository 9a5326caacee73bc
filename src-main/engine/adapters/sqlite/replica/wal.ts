import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads SQLite's write-ahead log (sqlite.org/fileformat2.html#walformat): a header of 32 bytes, then frames of 24 bytes
 * and a page each. Numbers are big-endian. The second field of a frame is not zero when it ends a transaction; frames
 * behind the last such one belong to nothing yet and may be written over.
 */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const PAGE_SIZE_AT = 8
const COMMIT_AT = 4
const SALTS_AT = { header: 16, frame: 8 } as const
const SALT_BYTES = 8

/** Whole transactions that were committed since the last reading. */
export class WalReader {
  private readonly path: string
  private offset = 0

  /** The log must be empty or missing: reading begins at its start. */
  constructor(path: string) {
    this.path = path
  }

  /** Bytes read so far. */
  get position(): number {
    return this.offset
  }

  /** What was committed behind {@link position}, which moves on; empty when there is nothing new. */
  read(): Uint8Array {
    const file = openExisting(this.path)
    if (file === undefined) return NOTHING
    try {
      const { size } = fstatSync(file)
      const added = Buffer.alloc(Math.max(0, size - this.offset))
      const bytes = readSync(file, added, 0, added.byteLength, this.offset)
      const header = this.offset === 0 ? added.subarray(0, HEADER_BYTES) : readHeader(file)
      const end = lastCommit(added.subarray(0, bytes), header, this.offset === 0 ? HEADER_BYTES : 0)
      this.offset += end
      return added.subarray(0, end)
    } finally {
      closeSync(file)
    }
  }

  /** The log was emptied: what comes next begins at its start. */
  restart(): void {
    this.offset = 0
  }
}

const NOTHING = new Uint8Array()

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function readHeader(file: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  readSync(file, header, 0, HEADER_BYTES, 0)
  return header
}

/** Where the last whole transaction ends; 0 when there is none. `start`: where the first frame begins. */
function lastCommit(bytes: Buffer, header: Buffer, start: number): number {
  if (header.byteLength < HEADER_BYTES) return 0
  const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(PAGE_SIZE_AT)
  const salts = header.subarray(SALTS_AT.header, SALTS_AT.header + SALT_BYTES)
  let end = 0
  for (let at = start; at + frameBytes <= bytes.byteLength; at += frameBytes) {
    const own = bytes.subarray(at + SALTS_AT.frame, at + SALTS_AT.frame + SALT_BYTES)
    if (!own.equals(salts)) break
    if (bytes.readUInt32BE(at + COMMIT_AT) !== 0) end = at + frameBytes
  }
  return end
}
