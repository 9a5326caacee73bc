import { hash, sign, verify } from 'hypercore-crypto'
import { helloStatement, submitStatement } from '../../../contracts/wire/signed.ts'
import { hexToBytes, type DonorKey, type Hex32, type ProjectKey } from '../../../domain/ids.ts'

/** Ed25519 over the Blake2b-256 hash of a statement. Secret keys are 64 bytes, signatures too. */

/** What a hello is bound to: this project, this Noise stream, this machine. */
export interface HelloBinding {
  readonly projectKey: ProjectKey
  /** 64 bytes. */
  readonly handshakeHash: Uint8Array
  readonly deviceKey: Hex32
}

export function signHello(binding: HelloBinding, secretKey: Uint8Array): Uint8Array {
  return sign(helloDigest(binding), secretKey)
}

export function helloHolds(binding: HelloBinding, donorKey: DonorKey, signature: Uint8Array): boolean {
  return verify(helloDigest(binding), signature, hexToBytes(donorKey))
}

/** `results`: what `encodeResults` made. */
export function signSubmit(projectKey: ProjectKey, results: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return sign(submitDigest(projectKey, results), secretKey)
}

/** What {@link signSubmit} signs. */
export function submitDigest(projectKey: ProjectKey, results: Uint8Array): Uint8Array {
  return hash(submitStatement(projectKey, results))
}

function helloDigest({ projectKey, handshakeHash, deviceKey }: HelloBinding): Uint8Array {
  return hash(helloStatement(projectKey, handshakeHash, deviceKey))
}
