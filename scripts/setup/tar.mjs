const BLOCK_BYTES = 512

/**
 * Finds one member of an uncompressed ustar archive.
 * @param {Uint8Array} archive
 * @param {(name: string) => boolean} matches
 * @returns {Buffer} a view into `archive`
 * @throws {Error} when no member matches or the archive is cut short
 */
export function tarMember(archive, matches) {
  const tar = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  for (let at = 0; at + BLOCK_BYTES <= tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(text(tar, at + 124, 12), 8)
    if (!Number.isSafeInteger(size)) throw new Error(`tar: member at ${at} has no readable size`)
    const start = at + BLOCK_BYTES
    if (matches(text(tar, at, 100))) {
      if (start + size > tar.length) throw new Error('tar: the archive is cut short')
      return tar.subarray(start, start + size)
    }
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES
  }
  throw new Error('tar: no such member')
}

/**
 * @param {Buffer} tar
 * @param {number} at
 * @param {number} length
 */
function text(tar, at, length) {
  const field = tar.toString('latin1', at, at + length)
  const end = field.indexOf('\0')
  return (end === -1 ? field : field.slice(0, end)).trim()
}
