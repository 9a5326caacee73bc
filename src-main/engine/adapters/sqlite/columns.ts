import type { Hex32 } from '../../../domain/ids.ts'

/** 32 bytes as a BLOB, and back; their length is the schema's to check. */
export function blob32(hex: Hex32): Buffer {
  return Buffer.from(hex, 'hex')
}
export function hexOf<K extends Hex32>(blob: Buffer): K {
  return blob.toString('hex') as K
}

/** A BLOB as plain bytes: callers never see Node's own class. */
export function bytesOf(blob: Buffer): Uint8Array {
  return new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength)
}
