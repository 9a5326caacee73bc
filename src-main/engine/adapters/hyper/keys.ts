import Hypercore from 'hypercore'
import { encryptionKeyPair, hash, keyPair } from 'hypercore-crypto'
import { bytesToHex, hexToBytes, type DonorKey, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import type { KeyPair } from '../../ports.ts'

/** Every key of a publisher or a machine follows from one 32-byte seed, so that the seed is the whole backup. */

/** The publisher's key pair: names the project, signs the project core, answers on the swarm. `seed`: 32 bytes. */
export function publisherKeyPair(seed: Uint8Array): KeyPair {
  return keyPair(seed)
}

export function projectKeyOf(keys: KeyPair): ProjectKey {
  return bytesToHex(keys.publicKey) as ProjectKey
}

/** Signs the ledger of one epoch. */
export function ledgerKeyPair(seed: Uint8Array, epoch: number): KeyPair {
  return derived('powerswarm ledger 1\n', seed, u64(epoch))
}

/** Signs the core with results of one epoch. */
export function resultsKeyPair(seed: Uint8Array, epoch: number): KeyPair {
  return derived('powerswarm results 1\n', seed, u64(epoch))
}

/** Public half of the key pair that opens what donors seal for the publisher. */
export function boxPublicKey(seed: Uint8Array): Hex32 {
  const { publicKey } = encryptionKeyPair(hash([ascii('powerswarm box 1\n'), seed]))
  return bytesToHex(publicKey) as Hex32
}

/** A machine's own Noise key pair; it says nothing about the donor. `seed`: 32 bytes. */
export function deviceKeyPair(seed: Uint8Array): KeyPair {
  return derived('powerswarm device 1\n', seed)
}

/** The donor's key pair in one project: projects cannot tell that two of their donors are one. */
export function donorKeyPair(masterKey: Uint8Array, projectKey: ProjectKey): KeyPair {
  return derived('powerswarm donor 1\n', masterKey, hexToBytes(projectKey))
}

export function donorKeyOf(keys: KeyPair): DonorKey {
  return bytesToHex(keys.publicKey) as DonorKey
}

/** Key of the project core: the hash of the fixed manifest with the publisher as its one signer. */
export function projectCoreKey(projectKey: ProjectKey): Uint8Array {
  return Hypercore.key(manifestOf(hexToBytes(projectKey)))
}

/** The one manifest that this program uses for signed cores. */
export function manifestOf(publicKey: Uint8Array) {
  return { version: 1, signers: [{ publicKey }] }
}

/** Where donors of a project find each other. Not secret and no key to anything. */
export function meshTopic(projectKey: ProjectKey): Uint8Array {
  return hash([hexToBytes(projectKey), ascii('mesh')])
}

/** Eight bytes, least significant first. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  writeU64(bytes, 0, value)
  return bytes
}

/** The same in a place of these bytes. */
export function writeU64(bytes: Uint8Array, at: number, value: number): void {
  let rest = value
  for (let i = 0; i < 8; i++) {
    bytes[at + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

function derived(tag: string, ...parts: readonly Uint8Array[]): KeyPair {
  return keyPair(hash([ascii(tag), ...parts]))
}
