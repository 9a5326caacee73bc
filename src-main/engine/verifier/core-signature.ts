import { hash, verify } from 'hypercore-crypto'
import { u64 } from './merkle.ts'

/**
 * Whether a core was signed by the key that it must be signed by. A core's key is the hash of its manifest, and here
 * every manifest says the same but for the signer's public key:
 *
 *   core key   H(MANIFEST ‖ 01 00 00 01 01 00 ‖ NAMESPACE ‖ public key)
 *              version 1, no flags, Blake2b, quorum 1, one signer, Ed25519
 *   signature  Ed25519 over TREE ‖ core key ‖ tree hash ‖ u64 length ‖ u64 fork
 *
 * MANIFEST, NAMESPACE and TREE are H(H('hypercore') ‖ n) for n = 3, 4 and 0. Our cores are never truncated: the fork
 * is 0, and a head with another one proves nothing.
 */
const HYPERCORE = hash([ascii('hypercore')])
const TREE = named(0)
const MANIFEST = named(3)
const NAMESPACE = named(4)
const ONE_SIGNER = Uint8Array.of(1, 0, 0, 1, 1, 0)
const FORK = u64(0)

/** A head of a core: `treeHash` (32 bytes) over its first `length` blocks, and 64 bytes of signature. */
export interface SignedHead {
  readonly treeHash: Uint8Array
  readonly length: number
  readonly signature: Uint8Array
}

/** Key of the core with this one signer. All keys are 32 bytes. */
export function coreKeyOf(signer: Uint8Array): Uint8Array {
  return hash([MANIFEST, ONE_SIGNER, NAMESPACE, signer])
}

export function signedBy(signer: Uint8Array, head: SignedHead): boolean {
  const statement = [TREE, coreKeyOf(signer), head.treeHash, u64(head.length), FORK]
  return verify(joined(statement), head.signature, signer)
}

function named(number: number): Uint8Array {
  return hash([HYPERCORE, Uint8Array.of(number)])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
