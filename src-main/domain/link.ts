import type { Hex32, ProjectKey } from './ids.ts'

/** A DHT node's address as a link carries it. */
export interface NetworkAddress {
  readonly host: string
  readonly port: number
}

/** A parsed `powerswarm://` link. No bootstrap means the public DHT. */
export interface Link {
  readonly projectKey: ProjectKey
  readonly bootstrap?: readonly NetworkAddress[]
  /** Public key of a relay for peers behind two random NATs. */
  readonly relay?: Hex32
}
