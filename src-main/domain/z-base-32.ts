/** Human-oriented base 32 by Zooko Wilcox-O'Hearn: lowercase, no padding, no 0, 2, l or v. */
export const Z_BASE_32 = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** Five bits a character, most significant first; the last character's spare bits are zero. */
export function encodeZBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += Z_BASE_32.charAt((held >> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + Z_BASE_32.charAt((held << (5 - bits)) & 31) : text
}

/**
 * Inverse of {@link encodeZBase32} for `byteLength` bytes. The text's length must fit, which the caller checks.
 * `badAt` is the position (from 0) of the first character that no encoder would have written there.
 */
export function decodeZBase32(
  text: string,
  byteLength: number,
): { readonly bytes: Uint8Array } | { readonly badAt: number } {
  const bytes = new Uint8Array(byteLength)
  let bits = 0
  let held = 0
  let filled = 0
  for (let at = 0; at < text.length; at++) {
    const value = Z_BASE_32.indexOf(text.charAt(at))
    if (value < 0) return { badAt: at }
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      if (filled === byteLength) return { badAt: at }
      bytes[filled++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  return held === 0 && filled === byteLength ? { bytes } : { badAt: text.length - 1 }
}
