/** Marks the fuse wire inside an Electron binary; version, count and one character per fuse follow it. */
const SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
const WIRE_VERSION = 1
const REMOVED = 0x72
const OFF = 0x30

/**
 * Sets fuses in place. A fuse the binary does not have, or has removed, stays as it is.
 * @param {Buffer} binary changed
 * @param {Readonly<Record<number, boolean>>} fuses fuse index to wanted state
 * @returns {string} the wire afterwards, one character per fuse ('0' off, '1' on, 'r' removed)
 */
export function setFuses(binary, fuses) {
  const at = binary.indexOf(SENTINEL)
  if (at === -1) throw new Error('fuses: this binary has no fuse wire')
  if (binary.indexOf(SENTINEL, at + 1) !== -1) throw new Error('fuses: more than one fuse wire')
  const wire = at + SENTINEL.length
  if (binary[wire] !== WIRE_VERSION) throw new Error(`fuses: unknown wire version ${binary[wire]}`)
  const first = wire + 2
  const count = binary[wire + 1] ?? 0
  for (const [index, on] of Object.entries(fuses)) {
    const fuse = first + Number(index)
    if (Number(index) < count && binary[fuse] !== REMOVED) binary[fuse] = OFF + (on ? 1 : 0)
  }
  return binary.toString('latin1', first, first + count)
}
