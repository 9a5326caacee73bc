import { hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'

/**
 * The bytes under each signature. A tag keeps one kind of signature from being used as another; all parts but the
 * last have fixed lengths, so no two different statements share their bytes.
 */

const HELLO = tag('powerswarm hello 1\n')
const SUBMIT = tag('powerswarm submit 1\n')

/** What a donor signs to say hello. `handshakeHash`: 64 bytes of this Noise stream, so it proves nothing elsewhere. */
export function helloStatement(
  projectKey: ProjectKey,
  handshakeHash: Uint8Array,
  deviceKey: Hex32,
): readonly Uint8Array[] {
  return [HELLO, hexToBytes(projectKey), handshakeHash, hexToBytes(deviceKey)]
}

/** What a donor signs to stand by its results. */
export function submitStatement(projectKey: ProjectKey, encodedResults: Uint8Array): readonly Uint8Array[] {
  return [SUBMIT, hexToBytes(projectKey), encodedResults]
}

function tag(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
