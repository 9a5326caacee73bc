import { hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'

/**
 * The bytes under each signature. A tag keeps one kind of signature from being used as another; all parts but the
 * last have fixed lengths, so no two different statements share their bytes.
 */

/** What a donor signs to say hello. `handshakeHash`: 64 bytes of this Noise stream, so it proves nothing elsewhere. */
export function helloStatement(
  projectKey: ProjectKey,
  handshakeHash: Uint8Array,
  deviceKey: Hex32,
): readonly Uint8Array[] {
  return [tag('powerswarm hello 1\n'), hexToBytes(projectKey), handshakeHash, hexToBytes(deviceKey)]
}

/** What a donor signs to stand by its results. */
export function submitStatement(projectKey: ProjectKey, encodedResults: Uint8Array): readonly Uint8Array[] {
  return [tag('powerswarm submit 1\n'), hexToBytes(projectKey), encodedResults]
}

function tag(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
