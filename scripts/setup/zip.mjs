import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const END_BYTES = 22
const STORED = 0
const DEFLATED = 8

/**
 * @typedef {object} ZipEntry
 * @property {string} name as stored; folders end in a slash
 * @property {boolean} executable the Unix mode has an execute bit
 * @property {() => Buffer} read unpacks the content; without compression a view into the archive
 */

/**
 * Walks the central directory of a zip archive (no zip64, no encryption).
 * @param {Uint8Array} archive
 * @returns {Generator<ZipEntry>}
 */
export function* zipEntries(archive) {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const end = endOfDirectory(zip)
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error(`zip: bad directory entry at ${at}`)
    const nameBytes = zip.readUInt16LE(at + 28)
    const method = zip.readUInt16LE(at + 10)
    const packedBytes = zip.readUInt32LE(at + 20)
    const localHeader = zip.readUInt32LE(at + 42)
    yield {
      name: zip.toString('utf8', at + 46, at + 46 + nameBytes),
      executable: ((zip.readUInt32LE(at + 38) >>> 16) & 0o111) !== 0,
      read: () => unpack(zip, localHeader, method, packedBytes),
    }
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
}

/** @param {Buffer} zip */
function endOfDirectory(zip) {
  for (let at = zip.length - END_BYTES; at >= 0; at--) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at
  }
  throw new Error('zip: no end of central directory')
}

/**
 * @param {Buffer} zip
 * @param {number} at offset of the local header
 * @param {number} method
 * @param {number} packedBytes
 */
function unpack(zip, at, method, packedBytes) {
  if (zip.readUInt32LE(at) !== LOCAL_HEADER) throw new Error(`zip: bad local header at ${at}`)
  const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
  const packed = zip.subarray(start, start + packedBytes)
  if (method === STORED) return packed
  if (method === DEFLATED) return inflateRawSync(packed)
  throw new Error(`zip: unknown compression method ${method}`)
}
